-- What ends at a limit is an error of Lua's, and Lua goes on.
local function message(...) return select(2, pcall(...)) end
print("heap:", message(string.rep, "x", 1 << 20))
print("heap:", message(function() local t = {} for i = 1, 1 << 20 do t[i] = {i} end end))
print("heap:", message(function() local s = "x" while true do s = s .. s end end))
print("heap:", message(function() local function deep(n) return 1 + deep(n + 1) end return deep(1) end))
collectgarbage() -- only a collection that nobody is in need of makes a stack smaller that has grown
local function nest() return select(-1, pcall(nest)) end
print("C stack:", nest())
local complex = string.rep("x?", 250)
print("C stack:", message(string.match, string.rep("x", 300), complex .. "y"))
local function bottom() local good, text = pcall(bottom) return good and text or select(2, pcall(string.match, string.rep("x", 300), complex .. "y")) end
print("C stack:", bottom())
print("C stack:", (message(load(("return " .. ("("):rep(300) .. "1" .. (")"):rep(300))) or error, "too deep")))
collectgarbage()
print("number:", message(function() return 1 // 0 end), message(function() return 1 < "2" end))
print("number:", message(string.format, "%d", 2^63), message(function() return 2^63 | 0 end))
-- Collections while memory is scarce: far more goes through the heap than it holds.
local bytes = 0
for i = 1, 1000 do
  local s = ("%04d"):format(i):rep(512)
  bytes = bytes + #s
end
print("garbage:", bytes, collectgarbage("count") * 1024 < 131072)
local weak = setmetatable({}, {__mode = "v"})
for i = 1, 10 do weak[i] = {} end
weak[11] = weak
collectgarbage()
local left = 0
for _ in pairs(weak) do left = left + 1 end
print("weak:", left)
local finalized = 0
for i = 1, 50 do setmetatable({}, {__gc = function() finalized = finalized + 1 end}) end
collectgarbage() collectgarbage()
print("finalizers:", finalized)
print("file:", io.open("nowhere.txt"))
print("file:", io.open("values.lua", "w"))
local count = 0
for line in io.lines("values.lua") do count = count + 1 end
print("file:", count, io.open("values.lua"):read("l"))
