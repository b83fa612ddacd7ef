-- Coroutines, and errors across them.
local function generate(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, i * i) end return "end" end) end
local g = generate(3)
print(g(), g(), g(), g())
local co = coroutine.create(function(a, b)
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2)
  return d + e
end)
print(coroutine.resume(co, 1, 2))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4))
print(coroutine.resume(co), coroutine.status(co))
local function permutations(list, n)
  n = n or #list
  if n <= 1 then coroutine.yield(table.concat(list)) end
  for i = 1, n do
    list[n], list[i] = list[i], list[n]
    permutations(list, n - 1)
    list[n], list[i] = list[i], list[n]
  end
end
local all = {}
for p in coroutine.wrap(function() permutations{"a", "b", "c"} end) do all[#all + 1] = p end
print(#all, table.concat(all, " "))
print(select(2, pcall(coroutine.wrap(function() error({code = 7}) end))).code)
print(select(2, coroutine.resume(coroutine.create(function() error("inside") end))))
print(xpcall(function() local x = nil; return x.y end, function(m) return "handled: " .. m end))
print(coroutine.isyieldable(), coroutine.resume(coroutine.wrap(function() end) and coroutine.create(function() return pcall(coroutine.yield, 1) end)))
local many = 0
for i = 1, 200 do many = many + coroutine.wrap(function() coroutine.yield(i) end)() end
print(many)
