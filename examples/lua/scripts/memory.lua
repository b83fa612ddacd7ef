-- The heap is the limit: an error of Lua's, and Lua goes on.
local function message(...) return select(2, pcall(...)) end
print("heap:", message(string.rep, "x", 1 << 20))
print("heap:", message(function() local t = {} for i = 1, 1 << 20 do t[i] = {i} end end))
print("heap:", message(function() local s = "x" while true do s = s .. s end end))
-- Far more goes through the heap than it holds.
local bytes = 0
for i = 1, 2000 do
  local s = ("%04d"):format(i):rep(100)
  bytes = bytes + #s
end
print("garbage:", bytes)
local weak = setmetatable({}, {__mode = "v"})
for i = 1, 10 do weak[i] = {} end
weak[11] = weak
collectgarbage()
local left = 0
for _ in pairs(weak) do left = left + 1 end
print("weak:", left)
local finalized = 0
for i = 1, 20 do setmetatable({}, {__gc = function() finalized = finalized + 1 end}) end
collectgarbage() collectgarbage()
print("finalizers:", finalized)
print("heap:", message(function() local function deep(n) return 1 + deep(n + 1) end return deep(1) end))
