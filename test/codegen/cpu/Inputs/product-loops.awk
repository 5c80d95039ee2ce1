# Assembly -> a line for each innermost loop that multiplies, in the order of the code:
#   FUNCTION: PRODUCTS MNEMONIC REGISTERS, CALLS calls, STACK stack accesses
# An innermost loop is a block that ends in a branch to its own label.
function finish(    i, name, products, calls, stack, mnemonic, registers) {
  products = calls = stack = 0
  for (i = 1; i <= size; ++i) {
    split(block[i], word, /[ \t]+/)
    name = word[2]
    if (name ~ /^(v?fmadd[0-9]*ps|fmla|vdpbf16ps|mulps|bfdot)$/) {
      ++products
      mnemonic = name
      sub(/fmadd[0-9]+/, "fmadd", mnemonic)
      registers = match(block[i], /[xyz]mm|v[0-9]+\.4s/) ? substr(block[i], RSTART, RLENGTH) : "?"
      sub(/v[0-9]+\./, "v.", registers)
    }
    calls += name ~ /^(callq?|blr?)$/
    stack += block[i] ~ /\(%rsp|\[sp[],]/
  }
  if (products)
    printf "%s: %d %s %s, %d calls, %d stack accesses\n", routine, products, mnemonic, registers, calls, stack
}
/^[A-Za-z_][A-Za-z_0-9]*:/ { routine = $1; sub(/:.*/, "", routine) }
/^\.?[A-Za-z_][A-Za-z_0-9]*:/ { label = $1; sub(/:.*/, "", label); size = 0; next }
/^[ \t]+[a-z]/ {
  sub(/[ \t]*(#|\/\/).*/, "")  # comments
  block[++size] = $0
  if ($1 ~ /^(j|b\.|cb|tb)/ && $NF == label)
    finish()
}
