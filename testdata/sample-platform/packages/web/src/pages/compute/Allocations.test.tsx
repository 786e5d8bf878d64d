import { expect, test } from "vitest";
import { Allocations } from "./Allocations";

test("Allocations renders", () => {
  expect(Allocations()).toBeTruthy();
});
