-- The tutor gives lines of Lua and hears what they give; an error is answered by -1.
local count = 0
for line in rme.next do
  local good, value = pcall(load(line))
  count = count + 1
  local is_right = rme.answer(good and value or -1)
  print(("lesson %d: %s  ->  %s %s"):format(count, line, value, is_right and "right" or "WRONG"))
end
print(pcall(rme.answer, "seven"))
rme.ring(count)
