package dev.sinter.codegen.loop;

import java.util.List;
import java.util.stream.Stream;

/** Loop programs as kernels have them, in the text form. */
public final class Samples {
    private Samples() {
    }

    private static final List<List<Object>> SIZES =
            List.of(List.of(0), List.of(1), List.of(15), List.of(16), List.of(17),
                    List.of(53), List.of(96));

    /** Texts exactly as printed. */
    static final List<String> TEXTS = List.of("""
            kernel add.tail(heap a:f32, weight w:f32, heap c:f32)
              params n:i32
              let full = n & -16
              seq i in 0..full step 16
                let x = load f32x16 a @ 3 + i
                store c @ 5 + i = x + (load f32x16 w @ 7L + wide(i))
              seq k in full..n step 16
                let m = lanes(k, n)
                let y = load f32x16 a @ 3 + k mask m
                store c @ 5 + k mask m = y + (load f32x16 w @ 7L + wide(k) mask m)
            """, """
            kernel row.fold(heap a:f32, heap c:f32)
              params n:i32
              par r in 0..3 step 1
                let base = r * 128
                let full = n & -16
                seq i in 0..full step 16
                  carry s = 0.0fx16
                  carry m = -inf.f32x16
                  let x = load f32x16 a @ base + i
                  yield s = s + x
                  yield m = max(m, x)
                seq k in full..n step 16
                  carry st = s
                  carry mt = m
                  let xt = load f32x16 a @ base + k mask lanes(k, n)
                  yield st = st + xt
                  yield mt = max(mt, select(lanes(k, n), xt, -inf.f32x16))
                let total = fold_add(st)
                let top = fold_max(mt)
                store c @ 4 * r = total
                store c @ 4 * r + 1 = top
                store c @ 4 * r + 2 = total / f32(n)
            """, """
            kernel softmax.like(heap a:f32, heap c:f32)
              params n:i32
              seq i in 0..96 step 16
                carry s = -inf.f32x16
                let v = load f32x16 a @ i
                yield s = max(s, v)
              let top = fold_max(s)
              seq j in 0..96 step 16
                carry e = 0.0fx16
                let d = (load f32x16 a @ j) - splat(top)
                let t = fma(d, 1.442695fx16, 1.2582912E7fx16)
                let p = fma(t - 1.2582912E7fx16, -0.6931472fx16, d)
                let q = bits_f32((bits_i32(t) << 23) + bits_i32(fma(p, p, 1.0fx16)))
                let z = select(d < -80.0fx16, 0.0fx16, q)
                store c @ j = z
                yield e = e + z
              let total = fold_add(e)
              seq o in 0..96 step 16
                store c @ o = (load f32x16 c @ o) / splat(total)
            """, """
            kernel gemm.tile(heap a:f32, weight w:f32, heap c:f32)
              params k:i32
              seq j in 0..4 step 2
                let wb[u] = wide(j + u) * wide(k) * 16L for u<2
                seq i in 0..6 step 2
                  seq p in 0..k step 1
                    carry acc[t, u] = 0.0fx16 for t<2, u<2
                    let x[u] = load f32x16 w @ wb[u] + wide(p) * 16L for u<2
                    let y[t] = splat(load f32 a @ (i + t) * k + p) for t<2
                    yield acc[t, u] = fma(y[t], x[u], acc[t, u])
                  unroll t<2, u<2
                    let n = (j + u) * 16
                    let v = max(acc[t, u], 0.0fx16)
                    store c @ (i + t) * 64 + n = v + (load f32x16 c @ (i + t) * 64 + n)
            """, """
            kernel nested(heap a:f32, heap b:i32, heap c:f32)
              params n:i32
              seq r in 0..n step 1
                carry whole = 0.0f
                carry count = 0
                seq p in 0..3 step 1
                  carry acc = 1.0fx16
                  carry steps = 0
                  let x = load f32x16 a @ r + p
                  yield acc = acc * x + splat(whole)
                  yield steps = steps + p
                let part = fold_add(acc)
                if steps < 2 + r
                  store c @ r = part
                  seq q in 0..2 step 1
                    store c @ 512 + r * 32 + q * 16 = acc - splat(part)
                store b @ r = count
                yield whole = whole + part
                yield count = count + steps + 1
            """, """
            kernel inner(heap x:f32, heap y:f32)
              params x0:i32, y0:i32, f:f32
              store y @ y0 = splat(f) * (load f32x16 x @ x0)

            kernel outer(heap a:f32, heap i:i64, heap c:f32)
              params n:i32
              seq r in 0..n step 1
                let j = load i64 i @ r
                check 0L <= j & j < 16L else "index of \\"row\\" out of range", j
                let row = i32(j)
                call inner(a, c; row * 16, r * 10, 0.5f)
                call inner(c, c; r * 10, r * 10, load f32 a @ row)
            """, """
            kernel narrowed(heap a:i32, heap b:f32, heap c:i8, heap d:u8)
              params n:i32
              let full = n & -16
              seq i in 0..full step 16
                let x = load i32x16 a @ 1 + i
                store c @ i = x * 3x16
                store d @ 5 + i = load f32x16 b @ i
              seq k in full..n step 1
                store c @ k = (load i32 a @ 1 + k) * 3
                store d @ 5 + k = load f32 b @ k
              unroll t<2
                store c @ 512 + 16 * t = i32(load f32x16 b @ 3 + 16 * t) & 15x16
            """, """
            kernel bytes(heap a:i8, heap b:u8, weight w:i8, weight v:u8, heap c:f32, heap d:i32)
              params n:i32
              let full = n & -16
              seq i in 0..full step 16
                let x = load f32x16 a @ 1 + i
                let y = load i32x16 w @ 9L + wide(i)
                store c @ i = fma(x, load f32x16 v @ 3L + wide(i), load f32x16 b @ i)
                store d @ i = y * (load i32x16 v @ 1L + wide(i)) - (load i32x16 a @ 5 + i)
              seq k in full..n step 1
                store c @ k = fma(load f32 a @ 1 + k, load f32 v @ 3L + wide(k), load f32 b @ k)
                store d @ k = (load i32 w @ 9L + wide(k)) * (load i32 v @ 1L + wide(k)) - (load i32 a @ 5 + k)
              unroll t<2
                let m = load i32x16 a @ 3 + 16 * t
                store d @ 512 + 16 * t = m << 3
            """, """
            kernel integers(heap a:i32, heap b:i32, heap f:f32, heap c:i32)
              params n:i32
              seq i in 0..96 step 16
                let x = load i32x16 a @ i
                let y = load i32x16 b @ 2 + i
                let s = (x << 5) + (y >> 3) - (x >>> n) ^ x & y | -7x16
                let m = min(x, y) * max(y, 3x16) + abs(neg(x))
                store c @ i = select(x < y | x == y & not(y <= 0x16), s, m)
                store c @ 200 + i = i32(load f32x16 f @ i) + x / (y | 1x16)
                store c @ 400 + i mask lanes(i, n) = bits_i32(f32(x))
            """, """
            kernel edges(heap a:f32, heap b:f32, heap c:f32, heap d:i32)
              params n:i32
              seq i in 0..192 step 16
                let x = load f32x16 a @ i
                let y = load f32x16 b @ i
                store c @ i = min(x, y)
                store c @ 200 + i = max(x, y)
                store c @ 400 + i = select(x < y, sqrt(x), abs(y) / neg(x))
                let e = x == y
                let l = x <= y
                store c @ 600 + i = select(e ^ l, x, select(not(e) & l, y, 0.0fx16))
                store d @ i = i32(x)
              let x0 = load f32x16 a @ n
              let y0 = load f32x16 b @ n
              let low = fold_min(x0)
              let high = fold_max(x0)
              let product = fold_mul(y0)
              store c @ 800 = low
              store c @ 801 = high
              store c @ 802 = product
            """, """
            kernel wide.scalars(heap a:f64, heap b:i64, heap e:bool, heap s:i16, heap t:u16, heap f:f32, weight w:f64, weight v:i64, weight h:i16, weight g:u16, weight o:u8)
              params n:i32
              seq i in 0..n step 1
                let x = load f64 a @ i
                let y = load i64 b @ i
                let p = x * (load f64 w @ wide(i)) + f64(y) - fma(x, x, 0.5d)
                store a @ 200 + i = select(x < 0.25d, exp(x), pow(abs(x), 1.5d))
                store b @ 200 + i = (y << 3) + (wide(p) ^ y) * -5L - (load i64 v @ wide(i)) % 7L
                store e @ 200 + i = x <= 0.1d
                store e @ 400 + i = bool(load i32 e @ i) ^ y == 3L
                store s @ 200 + i = (load i32 s @ i) * 3
                store t @ 200 + i = (load i32 t @ i) + (load i32 g @ wide(i)) - (load i32 h @ wide(i))
                store f @ 200 + i = f32(p) + (load f32 t @ i) + f32(load bool e @ i) + floor(load f32 f @ i)
                store f @ 400 + i = rint(load f32 f @ i) + ceil(load f32 o @ wide(i)) + f32(y) + tanh(load f32 f @ i) + sin(0.5f) + cos(0.25f) + log(2.0f)
                store b @ 400 + i = min(y, 5L) + max(wide(load f32 f @ i), -3L) + (neg(y) >> 1) + (abs(y) >>> 2)
            """, """
            kernel masks(heap a:f32, heap e:bool, heap c:f32, heap d:i32)
              params n:i32
              let b = load boolx16 e @ 1
              let m = lanes(3, n) & not(b)
              store c @ 0 mask m = load f32x16 a @ 2 mask m
              store c @ 32 = load f32x16 a @ 4 mask b
              store d @ 0 = i32(m)
              store c @ 64 = f32(b ^ m)
              store c @ 96 = select(select(m, b, truex16), 1.0fx16, load f32x16 a @ 0)
            """, """
            kernel masks.more(heap a:f32, heap e:bool, heap c:f32, heap d:i32)
              params n:i32
              let b = load boolx16 e @ n
              let m = (load i32x16 d @ 300) < splat(n)
              store d @ 32 = select(b == m, load i32x16 d @ 64 mask m, i32(bits_f32(1065353216x16)))
              store d @ 96 = load f32x16 a @ 6
              store c @ 128 = load f32x16 d @ 512
              store c @ 160 mask n < 20 = load f32 a @ 7 mask n == 17
            """, """
            kernel counters(heap a:f32, heap c:f32)
              params n:i32
              seq i in 0..64 step 16
                let k = i * 2 + n
                let f = f32(k)
                store c @ i = (load f32x16 a @ i) * splat(f)
              seq j in 0..64 step 16
                let at = j + 3
                let h = load f32 a @ at
                store c @ 100 + j = (load f32x16 a @ at) + splat(h)
              seq l in 0..64 step 16
                let e = load i32x16 a @ l
                store c @ 200 + l = f32(e << l)
            """, """
            kernel either.scalar(heap a:f32, heap c:f32)
              params n:i32
              seq i in 0..n step 1
                let x = load f32 a @ i
                either y by x < 0.0f
                  seq k in 0..3 step 1
                    carry s = x
                    yield s = s * x
                  yield y = s
                else
                  either z by i < 7
                    let w = load f32 a @ i + 1
                    yield z = w + x
                  else
                    yield z = 1.0f
                  yield y = z - 0.5f
                store c @ i = y
            """, """
            kernel either.vector(heap a:f32, heap c:f32)
              params n:i32
              seq i in 0..3 step 1
                either v by n < 20
                  let x = load f32x16 a @ 16 * i
                  yield v = x * x
                else
                  seq k in 0..4 step 1
                    carry s = 0.0fx16
                    let y = load f32x16 a @ 16 * i + k
                    yield s = max(s, y)
                  yield v = s
                store c @ 16 * i = v + 1.0fx16
            """);

    /** Texts whose folds stand within other terms; a fold is named before the scalar form is made. */
    static final List<String> FOLDS = List.of("""
            kernel folds(heap a:f32, heap c:f32)
              params n:i32
              let x = load f32x16 a @ n
              let d = x - splat(fold_max(x))
              store c @ 0 = d
              store c @ 20 = fold_add(d * splat(fold_min(x)))
              seq r in 0..3 step 1
                carry s = fold_add(x)
                carry v = x
                store c @ 64 + r * 16 = v
                yield s = s + fold_add(v * d)
                yield v = v + splat(s)
              store c @ 21 = s
              if fold_min(d) < s
                store c @ 22 = 1.0f
            """);

    /** All samples with their arguments. */
    public static Stream<Sample> all() {
        return Stream.concat(TEXTS.stream(), FOLDS.stream()).map(KernelParser::parse)
                .map(k -> new Sample(k, sizes(k.name()), !List.of("gemm.tile", "softmax.like").contains(k.name())));
    }

    private static List<List<Object>> sizes(String kernel) {
        int most = List.of("gemm.tile", "nested").contains(kernel) ? 16 : 96;
        return SIZES.stream().filter(args -> (int) args.getFirst() <= most).toList();
    }
}
