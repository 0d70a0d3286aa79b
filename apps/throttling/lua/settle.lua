-- Tells a chunk of one shard what became of reservations: stamped with a time, or given back.
--
-- KEYS[1]   the shard's epoch
-- KEYS[2..] the shopper of each answer, in order; a shopper may come more than once. All keys share one hash tag.
-- ARGV[1]   the epoch that the caller holds
-- ARGV[2]   now in ms, or '' for the server's clock
-- ARGV[3]   horizon in ms: stamps older than this are dropped
-- ARGV[4..] one per answer, 32 bytes: 8 alert tag | 4 admission number | 4 kind tag | 4 SKU tag | 6 time of the stamp
--           in ms, 0 to give the place back | 6 only a place taken at this time or before is given back
--
-- Returns -1 if the shard is closed (its epoch is missing or another), else the number of answers.
--
-- Atomic: the check of the epoch and all changes. Telling twice changes nothing. A stamp always counts, also where no
-- reservation is found; giving back touches reservations of this admission or earlier ones, and stamps of earlier ones only.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end

local now = time_now(ARGV[2])
local horizon = tonumber(ARGV[3])

for i = 2, #KEYS do
  local alert, no, kind, sku, stamp, taken_by = struct.unpack('>c8I4I4I4I6I6', ARGV[i + 2])
  local kept = {}
  for _, e in ipairs(entries_of(KEYS[i])) do
    local goes
    if stamp > 0 then
      goes = e.alert == alert
    else
      goes = is_superseded(e, alert, no) and e.time <= taken_by
    end
    if not goes and is_visible(e, now, horizon) then kept[#kept + 1] = e end
  end
  if stamp > 0 then
    kept[#kept + 1] = { alert = alert, state = STAMPED, no = no, time = stamp, kind = kind, sku = sku }
  end
  keep(KEYS[i], kept, now, horizon)
end
return #KEYS - 1
