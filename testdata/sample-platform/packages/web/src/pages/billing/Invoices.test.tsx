import { expect, test } from "vitest";
import { Invoices } from "./Invoices";

test("Invoices renders", () => {
  expect(Invoices()).toBeTruthy();
});
