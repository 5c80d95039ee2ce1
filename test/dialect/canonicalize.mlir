// RUN: qwen-opt %s --canonicalize | FileCheck %s
// RUN: qwen-opt %s --cse | FileCheck %s --check-prefix=CSE

qwen.weight @norm : tensor<8xf32>
qwen.weight @w : tensor<6x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// Rows are selected first.
// CHECK-LABEL: func.func @gather_first
// CHECK-NEXT: %[[G:.*]] = qwen.gather_rows %arg0, %arg1
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %[[G]], @norm eps
// CHECK-NEXT: %[[L:.*]] = qwen.linear %[[N]], @w
// CHECK-NEXT: return %[[L]]
func.func @gather_first(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x6xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  %g = qwen.gather_rows %l, %wanted : tensor<?x6xf32>
  return %g : tensor<?x6xf32>
}

// The norm of all rows is computed only when it is asked for.
// CHECK-LABEL: func.func @gather_first_on_request
// CHECK: %[[ALL:.*]] = qwen.rms_norm %arg0, @norm
// CHECK: qwen.output "hidden_states.1" %[[ALL]] on_request
// CHECK: %[[G:.*]] = qwen.gather_rows %arg0, %arg1
// CHECK: %[[N:.*]] = qwen.rms_norm %[[G]], @norm
// CHECK: return %[[N]]
func.func @gather_first_on_request(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x8xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  qwen.output "hidden_states.1" %n on_request : tensor<?x8xf32>
  %g = qwen.gather_rows %n, %wanted : tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// All rows are normalised anyway.
// CHECK-LABEL: func.func @norm_first
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: qwen.output "last_hidden_state" %[[N]]
// CHECK-NEXT: %[[G:.*]] = qwen.gather_rows %[[N]], %arg1
// CHECK-NEXT: return %[[G]]
func.func @norm_first(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x8xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  qwen.output "last_hidden_state" %n : tensor<?x8xf32>
  %g = qwen.gather_rows %n, %wanted : tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// What nobody reads goes; updates and outputs stay.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: qwen.cache_append
// CHECK-NEXT: return
func.func @dead(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  %n = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  qwen.cache_append %x, %slot, %index, @key_cache : tensor<?x8xf32>
  %a = qwen.attention %n, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  return
}

// Equal formulas are computed once.
// CSE-LABEL: func.func @twice
// CSE: qwen.rms_norm
// CSE-NOT: qwen.rms_norm
// CSE: return
func.func @twice(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %0 = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  %1 = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// But not two reads of a cache with an update between them.
// CSE-LABEL: func.func @updated
// CSE: qwen.attention
// CSE: qwen.cache_append
// CSE: qwen.attention
func.func @updated(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %0 = qwen.attention %x, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  qwen.cache_append %x, %slot, %index, @key_cache : tensor<?x8xf32>
  %1 = qwen.attention %x, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}
