-- Transfers between random accounts, each with its own idempotency key and one of many sessions.
-- Arguments after "--": a file with one session token a line, a prefix for the keys, the number of accounts.
local tokens, number = {}, 0
local thread_count = 0

function setup(thread)
    thread_count = thread_count + 1
    thread:set("thread_number", thread_count)
end

function init(arguments)
    for line in io.lines(arguments[1]) do tokens[#tokens + 1] = line end
    prefix, accounts = arguments[2], tonumber(arguments[3])
    math.randomseed(20260105 + thread_number)
end

function request()
    number = number + 1
    local payer, payee = math.random(accounts), math.random(accounts - 1)
    if payee >= payer then payee = payee + 1 end
    local body = string.format('{"payer":"B%06d","payee":"B%06d","amount":"1.00","currency":"CNY"}', payer, payee)
    return wrk.format("POST", "/v1/transfers", {
        ["Content-Type"] = "application/json",
        ["Authorization"] = "Bearer " .. tokens[number % #tokens + 1],
        ["Idempotency-Key"] = prefix .. "-" .. thread_number .. "-" .. number,
    }, body)
end

function done(summary, latency, _)
    local e = summary.errors
    io.write(string.format(
        '\nRESULT {"answers": %d, "us": %d, "errors": %d, "p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
