# Assembly -> a line for each innermost loop that multiplies, in the order of the code:
#   FUNCTION: PRODUCTS MNEMONIC REGISTERS, CALLS calls, STACK stack accesses
# An innermost loop is a block that ends in a branch to its own label. Where it multiplies integers, these are its
# products, not the multiplications by which their sums are scaled.
function finish(    i, name, integer, products, calls, stack, mnemonic, registers) {
  integer = products = calls = stack = 0
  for (i = 1; i <= size; ++i) {
    split(block[i], word, /[ \t]+/)
    name = word[2]
    if (name ~ /^(vpdpbusd|vpmaddubsw|vpmaddwd|pmaddwd|sdot)$/ && !integer) {
      integer = name
      products = 0
    }
    if (integer ? name == integer : name ~ /^(v?fmadd[0-9]*ps|fmla|vdpbf16ps|mulps|bfdot)$/) {
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
/^[ \t]+[a-z{]/ {
  sub(/[ \t]*(#|\/\/).*/, "")  # comments
  sub(/\{vex\}[ \t]*/, "")  # which encoding
  block[++size] = $0
  if ($1 ~ /^(j|b\.|cb|tb)/ && $NF == label)
    finish()
}
