#include "codegen/cpu/MathFunctions.h"

#include <cmath>

namespace mlir::qwen {

namespace {

// sum of coefficients[i] * x^i, by Horner.
Value polynomial(KernelBuilder &b, Value x, ArrayRef<double> coefficients) {
  Value sum = b.f32Like(coefficients.back(), x);
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = b.fma(sum, x, b.f32Like(coefficient, x));
  return sum;
}

Value sigmoid(KernelBuilder &b, Value x) {
  Value one = b.f32Like(1.0, x);
  return b.divf(one, b.addf(one, emitExp(b, b.subf(b.f32Like(0.0, x), x))));
}

// 1 - 2 / (e^2x + 1)
Value tanh(KernelBuilder &b, Value x) {
  Value one = b.f32Like(1.0, x);
  Value power = emitExp(b, b.addf(x, x));
  return b.subf(one, b.divf(b.f32Like(2.0, x), b.addf(power, one)));
}

// erf(x) = 1 - t(a1 + t(a2 + ...)) e^(-x^2), t = 1 / (1 + p|x|), odd: Abramowitz and Stegun 7.1.26, error 1.5e-7.
Value erf(KernelBuilder &b, Value x) {
  Value one = b.f32Like(1.0, x);
  Value magnitude = math::AbsFOp::create(b, x);
  Value t = b.divf(one, b.fma(b.f32Like(0.3275911, x), magnitude, one));
  Value sum = polynomial(b, t, {0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429});
  Value power = emitExp(b, b.subf(b.f32Like(0.0, x), b.mulf(x, x)));
  Value positive = b.subf(one, b.mulf(b.mulf(sum, t), power));
  return math::CopySignOp::create(b, positive, x);
}

}  // namespace

// x = n ln 2 + r, |r| <= ln 2 / 2; e^r by its Taylor series, 2^n by the exponent's bits.
Value emitExp(KernelBuilder &b, Value x) {
  auto integer = [&](int32_t value) { return b.i32Like(value, x); };
  Value low = b.f32Like(-87.33654, x), high = b.f32Like(88.0, x);
  Value clamped = arith::MinNumFOp::create(b, arith::MaxNumFOp::create(b, x, low), high);
  Value n = math::RoundEvenOp::create(b, b.mulf(clamped, b.f32Like(1.4426950408889634, x)));
  Value r = b.fma(n, b.f32Like(-0.693359375, x), clamped);
  r = b.fma(n, b.f32Like(2.12194440e-4, x), r);
  Value power = polynomial(b, r, {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720});
  Value exponent = arith::FPToSIOp::create(b, integer(0).getType(), n);
  Value bits = arith::ShLIOp::create(b, arith::AddIOp::create(b, exponent, integer(127)), integer(23));
  Value scaled = b.mulf(power, arith::BitcastOp::create(b, x.getType(), bits));
  Value tiny = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, low);
  return b.select(tiny, b.f32Like(0.0, x), scaled);
}

// max(x, 0) + log(1 + u), u = e^-|x|; log(1 + u) = 2 atanh(s), s = u / (2 + u) <= 1/3, by its Taylor series.
Value emitSoftplus(KernelBuilder &b, Value x) {
  Value zero = b.f32Like(0.0, x);
  Value u = emitExp(b, b.subf(zero, math::AbsFOp::create(b, x)));
  Value s = b.divf(u, b.addf(b.f32Like(2.0, x), u));
  Value series = polynomial(b, b.mulf(s, s), {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15});
  return b.fma(s, series, arith::MaxNumFOp::create(b, x, zero));
}

Value emitActivation(KernelBuilder &b, Activation activation, Value x) {
  Value half = b.f32Like(0.5, x), one = b.f32Like(1.0, x);
  switch (activation) {
  case Activation::Silu:
    return b.mulf(x, sigmoid(b, x));
  case Activation::Gelu:
    return b.mulf(b.mulf(half, x), b.addf(one, erf(b, b.mulf(x, b.f32Like(M_SQRT1_2, x)))));
  case Activation::GeluTanh: {
    Value cube = b.mulf(b.mulf(x, x), x);
    Value inner = b.mulf(b.f32Like(std::sqrt(2.0 / M_PI), x), b.fma(b.f32Like(0.044715, x), cube, x));
    return b.mulf(b.mulf(half, x), b.addf(one, tanh(b, inner)));
  }
  case Activation::QuickGelu:
    return b.mulf(x, sigmoid(b, b.mulf(b.f32Like(1.702, x), x)));
  case Activation::Relu:
    return b.maxf(x, b.f32Like(0.0, x));
  case Activation::Sigmoid:
    return sigmoid(b, x);
  case Activation::Tanh:
    return tanh(b, x);
  }
  llvm_unreachable("unknown activation");
}

}  // namespace mlir::qwen
