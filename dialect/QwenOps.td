#ifndef QWEN_OPS_TD
#define QWEN_OPS_TD

include "dialect/SymbolOps.td"
include "dialect/ModelOps.td"
include "dialect/AttentionOps.td"
include "dialect/DeltaOps.td"
include "dialect/MoeOps.td"
include "dialect/FusedOps.td"
include "dialect/KernelOps.td"

#endif
