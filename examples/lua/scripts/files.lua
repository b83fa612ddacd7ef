-- Files that the description names can be read, and nothing else is there.
print(io.open("nowhere.txt"))
print(io.open("values.lua", "w"))
print(os.remove("values.lua"), os.rename("values.lua", "x"))
local count = 0
for line in io.lines("values.lua") do count = count + 1 end
local file = io.open("values.lua")
print(count, file:read("l"))
print(file:seek("set", 3), file:read(8, "n"), file:seek("end") > 700, file:read(1), file:close())
print(pcall(dofile, "nowhere.lua"))
io.stderr:write("to the console\n")
