-- Functions that remember, call themselves, and take and give many values.
local function counter()
  local n = 0
  return function(step) n = n + (step or 1) return n end
end
local a, b = counter(), counter()
print(a(), a(), a(10), b())
local function compose(...)
  local all = {...}
  return function(x)
    for i = #all, 1, -1 do x = all[i](x) end
    return x
  end
end
print(compose(function(x) return x + 1 end, function(x) return x * x end)(7))
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(20), select("#", nil, nil), select(-1, 1, 2, 3))
local function loop(n) if n == 0 then return "tail calls take no stack" end return loop(n - 1) end
print(loop(100000))
do
  local closed <close> = setmetatable({}, {__close = function() print("closed") end})
  print("open")
end
goto done
print("never")
::done::
print(pcall(string.rep), (pcall(error)))
