// Shows allocations, from /v1/gpuaas/allocations.
export function Allocations() {
  return <main data-route="/v1/gpuaas/allocations">allocations</main>;
}
