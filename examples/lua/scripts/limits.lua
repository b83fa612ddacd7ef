-- What ends at a limit is an error of Lua's, and Lua goes on.
local function message(...) return select(2, pcall(...)) end
local function nest() return select(-1, pcall(nest)) end
local complex = string.rep("x?", 250)
local function try() return message(string.match, string.rep("x", 300), complex .. "y") end
local function bottom() local good, text = pcall(bottom) return good and text or try() end
print("C stack:", nest())
print("C stack:", try())
print("C stack:", bottom())
print("C stack:", (message(load(("return " .. ("("):rep(300) .. "1" .. (")"):rep(300))) or error, "too deep")))
print("number:", message(function() return 1 // 0 end), message(function() return 1 < "2" end))
print("number:", message(string.format, "%d", 2^63), message(function() return 2^63 | 0 end))
