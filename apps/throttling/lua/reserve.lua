-- Decides a chunk of one shard for all windows at once, and takes the places of what is allowed.
--
-- KEYS[1]   the shard's epoch
-- KEYS[2..] the shopper of each request, in order; a shopper may come more than once. All keys share one hash tag.
-- ARGV[1]   the epoch that the caller holds
-- ARGV[2]   now in ms, or '' for the server's clock
-- ARGV[3]   horizon in ms: stamps older than this are dropped
-- ARGV[4]   policies: 'scope limit period,scope limit period;...' (scope 0 shopper, 1 same kind, 2 same SKU)
-- ARGV[5]   the requests, 21 bytes each: 8 alert tag | 4 admission number | 4 kind tag | 4 SKU tag | 1 policy (from 0)
--
-- Returns -1 if the shard is closed (its epoch is missing or another), else three integers per request:
--   0 0 0           allowed; the place is taken
--   1 until window  held: the windows open at `until` (ms)
--   2 0 window      blocked by messages on their way
--
-- Atomic: the check of the epoch, every decision and every place of the chunk. A later request sees the places that
-- an earlier one of the same chunk took. Asking again for the same admission answers "allowed" and takes no second
-- place; the place counts as taken now.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end

local now = time_now(ARGV[2])
local horizon = tonumber(ARGV[3])

local policies = {}
for policy in string.gmatch(ARGV[4] .. ';', '([^;]*);') do
  local windows = {}
  for scope, limit, period in string.gmatch(policy, '(%d+) (%d+) (%d+)') do
    windows[#windows + 1] = { scope = tonumber(scope), limit = tonumber(limit), period = tonumber(period) }
  end
  policies[#policies + 1] = windows
end

local function decide(entries, alert, no, kind, sku, windows)
  local till, holding, blocking = 0, -1, -1
  for w, window in ipairs(windows) do
    local open, stamps = 0, {}
    for _, e in ipairs(entries) do
      local counted = window.scope == 0 or (window.scope == 1 and e.kind == kind) or (window.scope == 2 and e.sku == sku)
      if counted and not is_superseded(e, alert, no) then
        if e.state == RESERVED then
          open = open + 1
        elseif e.time > now - window.period then
          stamps[#stamps + 1] = e.time
        end
      end
    end
    local must_leave = #stamps + open - window.limit + 1
    if must_leave > 0 then
      if must_leave > #stamps then
        if blocking < 0 then blocking = w - 1 end
      else
        table.sort(stamps)
        local opens = stamps[must_leave] + window.period
        if opens > till then till, holding = opens, w - 1 end
      end
    end
  end
  if holding >= 0 then return 1, till, holding end
  if blocking >= 0 then return 2, 0, blocking end
  return 0, 0, 0
end

-- All values come with few calls and go with few: a call costs more than deciding. (Lua's stack holds that many.)
local AT_ONCE = 1000
local entries_by_key = {}
for from = 2, #KEYS, AT_ONCE do
  local to = math.min(from + AT_ONCE - 1, #KEYS)
  for i, value in ipairs(redis.call('MGET', unpack(KEYS, from, to))) do
    entries_by_key[KEYS[from + i - 1]] = entries_in(value)
  end
end

local answers, changed = {}, {}
for i = 2, #KEYS do
  local key = KEYS[i]
  local alert, no, kind, sku, policy = struct.unpack('>c8I4I4I4B', ARGV[5], (i - 2) * 21 + 1)
  local entries = entries_by_key[key]
  local again = false
  for _, e in ipairs(entries) do
    if e.alert == alert and e.state == RESERVED and e.no == no then
      again = true
      e.time = now
    end
  end
  local verdict, till, window = 0, 0, 0
  if again then
    changed[key] = true
  else
    verdict, till, window = decide(entries, alert, no, kind, sku, policies[policy + 1])
    if verdict == 0 then
      local kept = {}
      for _, e in ipairs(entries) do
        if not is_superseded(e, alert, no) and is_visible(e, now, horizon) then kept[#kept + 1] = e end
      end
      kept[#kept + 1] = { alert = alert, state = RESERVED, no = no, time = now, kind = kind, sku = sku }
      entries_by_key[key] = kept
      changed[key] = true
    end
  end
  local n = #answers
  answers[n + 1], answers[n + 2], answers[n + 3] = verdict, till, window
end

-- What changed holds a reservation, so none of it expires, which is what MSET makes of a key.
local pairs_to_set = {}
for key in pairs(changed) do
  local n = #pairs_to_set
  pairs_to_set[n + 1], pairs_to_set[n + 2] = key, (pack_entries(entries_by_key[key]))
end
for from = 1, #pairs_to_set, AT_ONCE do
  redis.call('MSET', unpack(pairs_to_set, from, math.min(from + AT_ONCE - 1, #pairs_to_set)))
end
return answers
