/**
 * The Lua scripts of a frontier. Redis runs a script as one step, so that a worker that dies leaves nothing half done and no
 * two workers take the same URL. All keys of a crawl begin with the key that a script is given:
 *
 *     :m  what there is        id, v, known, waiting, leased, done, failed, free (of those done, what no limit counts),
 *                              b (buckets of the seen set), state
 *     :s  seen, by bucket      64 bits of each URL as an integer, so that a bucket is 8 bytes for each
 *     :q  waiting, by host     lists, by priority; r is what came back
 *     :a  again, by host       a sorted set by time
 *     :l  taken, by host       by token
 *     :h  hosts                how often it was scheduled, negative when it is not scheduled
 *     :o  owners               the token of whoever has the host
 *     :t  not before           by host, in milliseconds since 1970
 *     :i  interval             by host, the last that was asked for
 *     :w  to be scheduled      hosts whose job is not certain to be in the queue
 *     :x  lines                a stream
 *     :u  workers              when they were heard of last
 *     :f  facts                of the workers' own, with a time to live; :f:limit is how many pages there may be in all
 */

/** Stands before each script. An entry is `attempt|json`, so that an attempt can be counted without parsing the JSON. */
const COMMON = `
local P = KEYS[1]
local M, H, W = P .. ':m', P .. ':h', P .. ':w'
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
-- Adds to a count, and gives what it is then.
local function count(name, by)
  if by ~= 0 then return redis.call('HINCRBY', M, name, by) end
  return tonumber(redis.call('HGET', M, name) or '0')
end
local function bump(entry, by)
  local bar = string.find(entry, '|', 1, true)
  return (tonumber(string.sub(entry, 1, bar - 1)) + by) .. string.sub(entry, bar)
end
-- Linear hashing: there are n buckets, and one more with each 192 URLs, which takes its part of one that was there.
-- So none has more than 512, from which on Redis keeps a set of integers four times as large.
local function size(n)
  local s = 1
  while s * 2 <= n do s = s * 2 end
  return s
end
local function bits(hash) return math.abs(tonumber(string.sub(hash, -9))) end
local function grow()
  local n = tonumber(redis.call('HGET', M, 'b') or '1')
  if count('known', 0) <= n * 192 then return end
  local s = size(n)
  local from, to = P .. ':s' .. (n - s), P .. ':s' .. n
  local moved = {}
  for _, hash in ipairs(redis.call('SMEMBERS', from)) do
    if bits(hash) % (2 * s) == n then moved[#moved + 1] = hash end
  end
  for i = 1, #moved, 256 do
    redis.call('SREM', from, unpack(moved, i, math.min(i + 255, #moved)))
    redis.call('SADD', to, unpack(moved, i, math.min(i + 255, #moved)))
  end
  redis.call('HSET', M, 'b', n + 1)
end
local function isNew(hash)
  local n = tonumber(redis.call('HGET', M, 'b') or '1')
  local s = size(n)
  local bucket = bits(hash) % (2 * s)
  if bucket >= n then bucket = bits(hash) % s end
  if redis.call('SADD', P .. ':s' .. bucket, hash) == 0 then return false end
  count('known', 1)
  grow()
  return true
end
-- Hosts whose job is to be queued, with number and delay of each. Kept in W too, until the worker has queued them.
local wake = {}
local function wakeAt(host, seq, delay)
  redis.call('HSET', W, host, seq)
  wake[#wake + 1] = host
  wake[#wake + 1] = tostring(seq)
  wake[#wake + 1] = tostring(math.max(0, math.ceil(delay)))
end
-- Has a job queued for the host, unless there is one: its number is above 0 then.
local function schedule(host)
  local seq = tonumber(redis.call('HGET', H, host) or '0')
  if seq > 0 then return end
  seq = 1 - seq
  redis.call('HSET', H, host, seq)
  wakeAt(host, seq, tonumber(redis.call('HGET', P .. ':t', host) or '0') - now())
end
-- Adds a URL that was never seen before: 1, or 0 for one that was.
local function push(hash, host, priority, entry)
  if not isNew(hash) then return 0 end
  redis.call('RPUSH', P .. ':q' .. priority .. ':' .. host, entry)
  count('waiting', 1)
  schedule(host)
  return 1
end
-- Pages that may still be taken.
local function room()
  local most = tonumber(redis.call('GET', P .. ':f:limit') or '0')
  if most == 0 then return math.huge end
  return most - count('done', 0) + count('free', 0) - count('leased', 0)
end
-- Whether nothing is to be taken for now.
local function isResting() return redis.call('HGET', M, 'state') == 'paused' or room() <= 0 end
local function isOwner(host, token) return redis.call('HGET', P .. ':o', host) == token end
-- What a holder has taken and not settled goes back.
local function giveBack(host, by)
  local taken = redis.call('HVALS', P .. ':l:' .. host)
  if #taken == 0 then return end
  for _, entry in ipairs(taken) do redis.call('RPUSH', P .. ':qr:' .. host, bump(entry, by)) end
  redis.call('DEL', P .. ':l:' .. host)
  count('leased', -#taken)
  count('waiting', #taken)
end
`;

export interface ScriptSource {
  readonly numberOfKeys: 1;
  readonly lua: string;
}

const script = (lua: string): ScriptSource => ({ numberOfKeys: 1, lua: COMMON + lua });

/** Above each script: its arguments, and after the colon what it returns. "Whom to wake" is what `wakeAt` has collected. */
export const SCRIPTS = {
  /** version, id: the id and the version of the crawl. */
  sluiceOpen: script(`
redis.call('HSETNX', M, 'v', ARGV[1])
redis.call('HSETNX', M, 'id', ARGV[2])
return redis.call('HMGET', M, 'id', 'v')
`),
  /** most waiting, then hash, host, priority, entry of each: how many are new, were read, and wait; whom to wake. */
  sluiceAdd: script(`
local most, added, read = tonumber(ARGV[1]), 0, 0
for i = 2, #ARGV, 4 do
  if most > 0 and count('waiting', 0) >= most then break end
  added = added + push(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  read = read + 1
end
return {added, read, count('waiting', 0), wake}
`),
  /**
   * host, seq, token, key and value of the job's lock, its milliseconds: whether the host is the caller's now. What another
   * holder had goes back. Who asks late, after its lock is another's, gets nothing. The lock runs from now on, so that the
   * caller knows since when.
   */
  sluiceLease: script(`
local host = ARGV[1]
if redis.call('HGET', H, host) ~= ARGV[2] or redis.call('GET', ARGV[4]) ~= ARGV[5] then return 0 end
redis.call('PEXPIRE', ARGV[4], ARGV[6])
redis.call('HDEL', W, host)
redis.call('HSET', P .. ':o', host, ARGV[3])
-- A holder that went silent may have asked the host until now.
if redis.call('EXISTS', P .. ':l:' .. host) == 1 then
  local at = now() + tonumber(redis.call('HGET', P .. ':i', host) or '0')
  if at > tonumber(redis.call('HGET', P .. ':t', host) or '0') then redis.call('HSET', P .. ':t', host, at) end
end
giveBack(host, 1)
return 1
`),
  /** host, token, how many, first number: milliseconds to wait, or none and token, entry of each; -1: lost. */
  sluiceTake: script(`
local host, token, n = ARGV[1], ARGV[2], tonumber(ARGV[3])
if not isOwner(host, token) then return {-1} end
local answer = {0}
local function add(i, entry)
  answer[#answer + 1] = token .. '-' .. (tonumber(ARGV[4]) + i)
  answer[#answer + 1] = entry
end
-- Asked once more after the connection broke: what was taken then is the answer.
for i = 1, n do
  local entry = redis.call('HGET', P .. ':l:' .. host, token .. '-' .. (tonumber(ARGV[4]) + i))
  if not entry then break end
  add(i, entry)
end
if #answer > 1 then return answer end
if isResting() then return {0} end
n = math.min(n, room())
local time = now()
local at = tonumber(redis.call('HGET', P .. ':t', host) or '0')
if at > time then return {math.ceil(at - time)} end
local entries = redis.call('ZRANGEBYSCORE', P .. ':a:' .. host, '-inf', time, 'LIMIT', 0, n)
if #entries > 0 then redis.call('ZREM', P .. ':a:' .. host, unpack(entries)) end
for _, line in ipairs({'r', '0', '1', '2'}) do
  if #entries < n then
    local more = redis.call('LPOP', P .. ':q' .. line .. ':' .. host, n - #entries)
    for _, entry in ipairs(more or {}) do entries[#entries + 1] = entry end
  end
end
if #entries == 0 then
  local first = redis.call('ZRANGE', P .. ':a:' .. host, 0, 0, 'WITHSCORES')
  return {#first == 0 and 0 or math.ceil(math.max(1, first[2] - time))}
end
for i, entry in ipairs(entries) do
  redis.call('HSET', P .. ':l:' .. host, token .. '-' .. (tonumber(ARGV[4]) + i), entry)
  add(i, entry)
end
count('waiting', -#entries)
count('leased', #entries)
return answer
`),
  /**
   * host, token, visit, line, milliseconds until again, until the host may be asked, f when failed, u when no limit
   * counts it, then the links: whether
   * it was the caller's, what waits and is taken in all, whom to wake.
   */
  sluiceSettle: script(`
local host, token, visit = ARGV[1], ARGV[2], ARGV[3]
if not isOwner(host, token) then return {-1} end
local entry = redis.call('HGET', P .. ':l:' .. host, visit)
if not entry then return {0} end
redis.call('HDEL', P .. ':l:' .. host, visit)
local leased = count('leased', -1)
if ARGV[4] ~= '' then redis.call('XADD', P .. ':x', '*', 'l', ARGV[4]) end
if ARGV[6] ~= '' then
  local at = now() + tonumber(ARGV[6])
  if at > tonumber(redis.call('HGET', P .. ':t', host) or '0') then redis.call('HSET', P .. ':t', host, at) end
  if redis.call('HGET', P .. ':i', host) ~= ARGV[6] then redis.call('HSET', P .. ':i', host, ARGV[6]) end
end
if ARGV[5] ~= '' then
  redis.call('ZADD', P .. ':a:' .. host, now() + tonumber(ARGV[5]), bump(entry, 1))
  count('waiting', 1)
else
  count('done', 1)
  if string.find(ARGV[7], 'f', 1, true) then count('failed', 1) end
  if string.find(ARGV[7], 'u', 1, true) then count('free', 1) end
end
for i = 8, #ARGV, 4 do push(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
return {1, count('waiting', 0) + leased, wake}
`),
  /** host, token: lets go of the host; whom to wake: itself, when something waits. */
  sluiceRelease: script(`
local host, token = ARGV[1], ARGV[2]
if not isOwner(host, token) then return {-1, wake} end
giveBack(host, 0)
redis.call('HDEL', P .. ':o', host)
local time, T = now(), P .. ':t'
local at = tonumber(redis.call('HGET', T, host) or '0')
if at <= time then redis.call('HDEL', T, host) end
local seq = tonumber(redis.call('HGET', H, host))
local isReady = false
for _, line in ipairs({'r', '0', '1', '2'}) do
  if redis.call('EXISTS', P .. ':q' .. line .. ':' .. host) == 1 then isReady = true end
end
local first = redis.call('ZRANGE', P .. ':a:' .. host, 0, 0, 'WITHSCORES')
if isReady or #first > 0 then
  redis.call('HSET', H, host, seq + 1)
  if not isReady then at = math.max(at, tonumber(first[2])) end
  -- Whoever has it next would have nothing to do, again and again.
  if isResting() then at = math.max(at, time + 500) end
  wakeAt(host, seq + 1, at - time)
else
  redis.call('HSET', H, host, -seq)
end
return {1, wake}
`),
  /** host and number of those whose job is in the queue now. */
  sluiceAwake: script(`
for i = 1, #ARGV, 2 do
  if redis.call('HGET', W, ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', W, ARGV[i]) end
end
return 1
`),
  /** worker, milliseconds that one is remembered: what there is, hosts that may have no job, and the state. */
  sluicePulse: script(`
local time = now()
if ARGV[1] ~= '' then redis.call('ZADD', P .. ':u', time, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', P .. ':u', '-inf', time - tonumber(ARGV[2]))
local fields = redis.call('HMGET', M, 'known', 'waiting', 'leased', 'done', 'failed', 'state')
if room() + count('leased', 0) <= 0 then fields[6] = 'stopped' end
local lost = redis.call('HGETALL', W)
return {fields, redis.call('HLEN', H), redis.call('ZCARD', P .. ':u'), lost}
`),
} as const;

export type ScriptName = keyof typeof SCRIPTS;
