// The LM head gets a screen; other linear maps don't.
// RUN: qwen-opt %s --split-input-file --qwen-screen-head | FileCheck %s --check-prefixes=CHECK,Q4
// RUN: qwen-opt %s --split-input-file --qwen-screen-head=format=q8 | FileCheck %s --check-prefixes=CHECK,Q8
// RUN: qwen-opt %s --split-input-file --qwen-screen-head --qwen-decompose-fused | FileCheck %s --check-prefix=BACK
// RUN: qwen-opt %s --split-input-file --qwen-screen-head --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: qwen-screen-head {{.*}}"1 of 1 LM heads screened"
// COUNT: qwen-screen-head {{.*}}"0 of 4 LM heads screened"
// COUNT-NOT: qwen-screen-head

// Tied: the embedding is read as it is stored.
// CHECK-LABEL: module @causal
// CHECK: qwen.norm_linear %{{.*}} weights [@alone]
// Q4: %[[LOGITS:.*]] = qwen.screened_head %[[X:.*]] norm @norm eps 9.99{{.*}} rows %{{.*}} weight @embed screen !qwen.q4 : tensor<?x8xf32> -> tensor<?x20xf32>
// Q8: %[[LOGITS:.*]] = qwen.screened_head {{.*}} weight @embed screen !qwen.q8
// CHECK: qwen.output "logits" %[[LOGITS]]
// BACK-LABEL: module @causal
// BACK: %[[ROWS:.*]] = qwen.gather_rows %{{.*}}, %{{.*}} : tensor<?x8xf32>
// BACK: %[[NORMED:.*]] = qwen.rms_norm %[[ROWS]], @norm eps
// BACK: qwen.linear %[[NORMED]], @embed : tensor<?x8xf32> -> tensor<?x20xf32>
module @causal {
  qwen.weight @embed : tensor<20x8xbf16>
  qwen.weight @alone : tensor<8x8xbf16>
  qwen.weight @norm : tensor<8xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x8xf32>
    %y = qwen.norm_linear %x weights [@alone] : tensor<?x8xf32> -> tensor<?x8xf32>
    %l = qwen.norm_linear %y norm @norm eps 1.0e-6 rows %wanted weights [@embed] : tensor<?x8xf32> -> tensor<?x20xf32>
    qwen.output "logits" %l : tensor<?x20xf32>
    return
  }
}

// -----

// Few labels; without a norm; with a bias; read by another op too. And a head over all rows is no candidate.
// CHECK-LABEL: module @others
// CHECK-NOT: qwen.screened_head
module @others {
  qwen.weight @embed : tensor<20x8xbf16>
  qwen.weight @norm : tensor<8xf32>
  qwen.weight @score : tensor<3x8xbf16>
  qwen.weight @head : tensor<20x8xbf16>
  qwen.weight @bias : tensor<20xf32>
  qwen.weight @inner : tensor<20xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x8xf32>
    %a = qwen.norm_linear %x norm @norm eps 1.0e-6 rows %wanted weights [@score] : tensor<?x8xf32> -> tensor<?x3xf32>
    qwen.output "a" %a : tensor<?x3xf32>
    %b = qwen.norm_linear %x rows %wanted weights [@head] : tensor<?x8xf32> -> tensor<?x20xf32>
    qwen.output "b" %b : tensor<?x20xf32>
    %c = qwen.norm_linear %x norm @norm eps 1.0e-6 rows %wanted weights [@head] biases [@bias] : tensor<?x8xf32> -> tensor<?x20xf32>
    qwen.output "c" %c : tensor<?x20xf32>
    %d = qwen.norm_linear %x norm @norm eps 1.0e-6 rows %wanted weights [@head] : tensor<?x8xf32> -> tensor<?x20xf32>
    qwen.output "d" %d : tensor<?x20xf32>
    %e = qwen.rms_norm %d, @inner eps 1.0e-6 : tensor<?x20xf32>
    qwen.output "e" %e : tensor<?x20xf32>
    %f = qwen.norm_linear %x norm @norm eps 1.0e-6 weights [@head] : tensor<?x8xf32> -> tensor<?x20xf32>
    qwen.output "f" %f : tensor<?x20xf32>
    return
  }
}
