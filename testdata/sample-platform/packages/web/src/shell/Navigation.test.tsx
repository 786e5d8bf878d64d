import { expect, test } from "vitest";
import { Navigation } from "./Navigation";

test("Navigation renders", () => {
  expect(Navigation()).toBeTruthy();
});
