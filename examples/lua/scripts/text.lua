-- Strings, patterns, formats.
print(("concord"):upper(), ("%d-%s"):format(7, "x"), #"\u{20AC}", ("abc"):rep(3, ","), ("abc"):reverse())
print(string.format("[%5d|%-5d|%05d|%x|%X|%o|%c|%q]", 42, 42, 42, 255, 255, 8, 65, 'a "b"\n'))
print(string.format("[%10.3s|%-10s|%+.2f|%g|%g|%i]", "abcdef", "left", 3.14159, 1e20, 1e-5, -7))
print(("key = value"):match("^(%w+)%s*=%s*(%w+)$"))
print(("hello world"):gsub("o", "0"), ("abc"):gsub("%w", "%0%0"), ("a,b,,c"):find(",,", 1, true))
for word, number in ("one=1, two=2, three=3"):gmatch("(%a+)=(%d+)") do io.write(word, ":", number, " ") end
print()
print(("f(a(b)c)d"):match("%b()"), ("THE (quick) fox"):find("%((%a+)%)"), ("x"):byte(), string.char(82, 77, 69))
print(table.concat({utf8.codepoint("h\u{e9}\u{20AC}", 1, -1)}, " "), utf8.len("h\u{e9}\u{20AC}"), utf8.char(955))
print(string.unpack("<i4", string.pack("<i4", -2)), string.pack(">I2", 0x524D), ("%5.1f"):format(2.25))
print(tostring(nil), tostring(true), tostring(12), tostring(1.5), #tostring(print) > 0)
print(pcall(string.rep, "x", -1), pcall(string.format, "%d", 1.5))
print(os.time{year=2000, month=1, day=1, hour=12}, os.date("!%Y-%m-%d %H:%M:%S", 951782400), os.getenv("HOME"))
