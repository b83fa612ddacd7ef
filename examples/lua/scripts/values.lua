-- Integers and floats.
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7 / 2, 2^10)
print(math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger)
print(1e15, 1e16, 0.1, 1/3, -0.0, 2^53, 100 // 1e-1)
print(1/0, -1/0, 0/0 ~= 0/0, math.huge, math.pi)
print(3 | 4, 7 & 2, 5 ~ 1, ~0, 1 << 62, 1 >> 1, "10" + 5, "0x10" * 1)
print(math.type(1), math.type(1.0), math.type("1"), 1 == 1.0, math.tointeger(3.0))
print(string.format("%.14g %.17g %.3f %e %a", 0.1, 0.1, 2/3, 12345.678, 0.5))
print(math.sin(1), math.cos(1), math.tan(1), math.atan(1, 2))
print(math.exp(1), math.log(10), math.log(8, 2), math.log(1000, 10), math.sqrt(2))
print(math.asin(0.5), math.acos(0.5), math.fmod(-7, 3), math.floor(-3.5), math.ceil(-3.5))
print(tonumber("0x1p4"), tonumber("1e1"), tonumber("  12  "), tonumber("z", 36), tonumber("1e"))
local x, sum = 1, 0.0
for i = 1, 1000 do
  x = (x * 1103515245 + 12345) % 2147483648
  sum = sum + x / 2147483648
end
print(x, string.format("%.17g", sum))
