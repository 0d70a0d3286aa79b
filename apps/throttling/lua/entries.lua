-- Put before the other scripts of this folder: how one shopper's messages are kept, and the time.
--
-- A value is a row of entries of 27 bytes, big-endian:
--   8 alert tag | 1 state (1 reserved, 2 stamped) | 4 admission number | 6 time in ms | 4 kind tag | 4 SKU tag
-- A value with a reservation never expires; one with stamps only lives as long as a window can see the newest.
-- The rules are those of apps/throttling/src/domain/windows.ts, which a test compares with these.

local ENTRY = '>c8BI4I6I4I4'
local SIZE = 27
local RESERVED, STAMPED = 1, 2

local function entries_in(value)
  local entries = {}
  if not value then return entries end
  for at = 1, #value, SIZE do
    local alert, state, no, time, kind, sku = struct.unpack(ENTRY, value, at)
    entries[#entries + 1] = { alert = alert, state = state, no = no, time = time, kind = kind, sku = sku }
  end
  return entries
end

local function entries_of(key)
  return entries_in(redis.call('GET', key))
end

-- The value of entries, and what a window needs to know about them.
local function pack_entries(entries)
  local packed, reserved, newest = {}, false, 0
  for i, e in ipairs(entries) do
    packed[i] = struct.pack(ENTRY, e.alert, e.state, e.no, e.time, e.kind, e.sku)
    if e.state == RESERVED then reserved = true end
    if e.time > newest then newest = e.time end
  end
  return table.concat(packed), reserved, newest
end

local function keep(key, entries, now, horizon)
  if #entries == 0 then
    redis.call('DEL', key)
    return
  end
  local packed, reserved, newest = pack_entries(entries)
  if reserved then
    redis.call('SET', key, packed)
  else
    redis.call('SET', key, packed, 'PX', math.max(1, newest + horizon - now))
  end
end

-- The server's clock, so that all workers share one; a time given by the caller goes before it (tests).
local function time_now(given)
  if given ~= '' then return tonumber(given) end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function is_visible(e, now, horizon)
  return e.state == RESERVED or e.time > now - horizon
end

-- A place of the same alert that is given back in Postgres: a reservation by this admission or an earlier one, or the
-- stamp of an earlier one, whose outcome was unknown and is known now.
local function is_superseded(e, alert, no)
  if e.alert ~= alert then return false end
  if e.state == RESERVED then return e.no <= no end
  return e.no < no
end
