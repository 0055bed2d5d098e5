-- One round of wrk: a POST repeated as it is, or (W4) one action on each of many sollicitations in
-- turn, at the version that it then has.
-- Arguments: the file of the body; for W4 also that of "id version" lines, a prefix for keys, and
-- the text that only an accepted answer holds.

accepted, refused, example = 0, 0, ""
local threads, ids, versions, place, sent, template, prefix, success = {}, {}, {}, 0, 0
local verified = false

function setup(thread) table.insert(threads, thread) end

local function read(name)
  local file = assert(io.open(name))
  local text = file:read("*a")
  file:close()
  return text
end

local function format(at, number)
  local values = { ID = ids[at], VERSION = versions[at], KEY = prefix .. number }
  return wrk.format(nil, nil, nil, (template:gsub("@(%u+)@", values)))
end

local function following()
  if not verified then -- wrk asks once before it begins, and does not send that
    verified = true
    return format(1, 0)
  end
  place, sent = place % #ids + 1, sent + 1
  local request = format(place, sent)
  versions[place] = versions[place] + 1
  return request
end

local function checked(status, _, body)
  if status == 200 and body:find(success, 1, true) then
    accepted = accepted + 1
  else
    refused, example = refused + 1, body
  end
end

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = read(args[1])
  if args[2] then
    template, prefix, success = wrk.body, args[3], args[4]
    for id, version in read(args[2]):gmatch("(%S+) (%d+)\n") do
      table.insert(ids, id)
      table.insert(versions, tonumber(version))
    end
    request, response = following, checked
  end
end

function done(summary, latency)
  local e = summary.errors
  local thread = threads[1]
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "bytes": %d, "errors": %d, "p50": %d, "p99": %d, '
      .. '"accepted": %d, "refused": %d}\n%s\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99),
    thread:get("accepted"), thread:get("refused"), thread:get("example")))
end
