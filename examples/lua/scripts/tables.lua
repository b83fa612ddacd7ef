-- Tables, sorting, metatables.
local t = {5, 2, 8, 1, 9, 3}
table.sort(t)
print(table.concat(t, " "), #t, t[1], t[#t])
table.sort(t, function(a, b) return a > b end)
table.insert(t, 1, 10) table.remove(t, 3)
print(table.concat(t, " "), table.unpack({1, 2, 3}, 2), table.pack(1, nil, 3).n)
local words, seen = {}, {}
for w in ("the quick brown fox jumps over the lazy dog the end"):gmatch("%a+") do
  seen[w] = (seen[w] or 0) + 1
end
for w, n in pairs(seen) do words[#words + 1] = w .. "=" .. n end
table.sort(words)
print(table.concat(words, " "))
local V = {}
V.__index = V
V.__add = function(a, b) return setmetatable({x = a.x + b.x, y = a.y + b.y}, V) end
V.__eq = function(a, b) return a.x == b.x and a.y == b.y end
V.__lt = function(a, b) return a.x < b.x end
V.__tostring = function(v) return "(" .. v.x .. ", " .. v.y .. ")" end
V.__len = function() return 2 end
V.__call = function(self, k) return self[k] end
V.__concat = function(a, b) return tostring(a) .. tostring(b) end
local function new(x, y) return setmetatable({x = x, y = y}, V) end
local p = new(1, 2) + new(3, 4)
print(tostring(p), p == new(4, 6), p < new(5, 0), #p, p("y"), p .. p, rawequal(p, p), getmetatable(p) == V)
local defaults = setmetatable({}, {__index = function(_, k) return k .. "?" end, __newindex = function(t, k, v) rawset(t, k, v * 2) end})
defaults.n = 21
print(defaults.n, defaults.missing, rawget(defaults, "missing"))
local primes, sieve = {}, {}
for i = 2, 60 do
  if not sieve[i] then
    primes[#primes + 1] = i
    for j = i * i, 60, i do sieve[j] = true end
  end
end
print(#primes, primes[#primes], table.concat(table.move(primes, 1, 8, 1, {}), " "))
