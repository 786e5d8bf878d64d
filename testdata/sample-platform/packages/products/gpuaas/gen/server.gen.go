// Code generated from doc/api/openapi/gpuaas.yaml. DO NOT EDIT.

package gen

// Allocation is the body of /v1/gpuaas/allocations.
type Allocation struct {
	GPUs int `json:"gpus"`
}
