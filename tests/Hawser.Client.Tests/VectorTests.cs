using System.Globalization;
using System.Text.Json;
using Hawser.Testing;

namespace Hawser.Client.Tests;

/// <summary>The behaviour that both client libraries share; tests/vectors/README.md explains the file.</summary>
public sealed class VectorTests
{
    private static readonly Lazy<Dictionary<string, JsonElement>> s_vectors = new(() => JsonDocument
        .Parse(File.ReadAllText(Repository.Path("tests/vectors/client.json"))).RootElement.EnumerateArray()
        .Where(vector => !vector.TryGetProperty("page", out _))
        .ToDictionary(vector => vector.GetProperty("name").GetString()!));

    public static TheoryData<string> Names => [.. s_vectors.Value.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Machine_OnTheSharedVector_DoesWhatItSays(string name)
    {
        var vector = s_vectors.Value[name];
        var bench = new MachineBench(vector);
        var number = 0;
        foreach (var step in vector.GetProperty("steps").EnumerateArray())
        {
            var words = step.EnumerateArray().Select(word => word.GetString()!).ToList();
            Assert.True(
                words[1..].SequenceEqual(bench.Perform(words[0])),
                $"step {++number}, {words[0]}:\nexpected {string.Join(", ", words[1..])}\nactual   {string.Join(", ", bench.Said)}");
        }
    }

    /// <summary>The machine and the outbox, with a clock, a network and a listener that write down what they are asked to do.</summary>
    private sealed class MachineBench : IMachineEffects
    {
        private readonly ConnectionMachine _machine;
        private readonly Outbox _outbox;
        private readonly double[] _random = [0.5];
        private readonly Dictionary<MachineTimer, TimeSpan> _timers = [];
        private readonly List<(int Move, string Text)> _events = [];
        private readonly HawserSocketOptions _options;
        private int _draws;
        private bool _connected;
        private bool _flushing;

        public MachineBench(JsonElement vector)
        {
            _options = vector.TryGetProperty("options", out var options) ? Options(options) : Options(default);
            if (vector.TryGetProperty("random", out var random))
                _random = [.. random.EnumerateArray().Select(number => number.GetDouble())];
            _machine = new(_options, this);
            _outbox = new(_options.MaxQueue);
        }

        public List<string> Said { get; } = [];

        public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

        public IEnumerable<string> Perform(string input)
        {
            Said.Clear();
            var blank = input.IndexOf(' ', StringComparison.Ordinal);
            var (verb, rest) = blank < 0 ? (input, "") : (input[..blank], input[(blank + 1)..]);
            switch (verb)
            {
                case "start": _machine.Start(); break;
                case "open": _machine.Opened(); break;
                case "message": Receive(rest); break;
                case "lose": Lose(ReconnectReason.Close, Number(rest)); break;
                case "fail":
                    Said.Add("error");
                    Lose(ReconnectReason.Failed, 1006);
                    break;
                case "advance": Advance(TimeSpan.FromMilliseconds(Number(rest))); break;
                case "sleep":
                    Now += TimeSpan.FromMilliseconds(Number(rest));
                    Advance(TimeSpan.Zero);
                    break;
                case "send": Send(rest); break;
                case "close": _machine.Close(rest.Length > 0 ? Number(rest) : 1000, ""); break;
                case "reconnect": _machine.Reconnect(); break;
                case "timers": Said.Add($"timers {_timers.Count}"); break;
                default: throw new InvalidOperationException($"unknown step \"{input}\"");
            }

            return Said;
        }

        double IMachineEffects.NextRandom() => _random[_draws++ % _random.Length];

        void IMachineEffects.SetTimer(MachineTimer timer, TimeSpan delay) => _timers[timer] = Now + delay;

        void IMachineEffects.ClearTimer(MachineTimer timer) => _timers.Remove(timer);

        void IMachineEffects.Connect(int attempt)
        {
            _connected = true;
            _flushing = false;
            Said.Add("connect");
        }

        void IMachineEffects.Drop()
        {
            if (_connected)
                Said.Add("drop");
            _connected = false;
        }

        void IMachineEffects.Shut(int code, string reason, bool letGo)
        {
            Said.Add($"shut {code}");
            _connected = !letGo;
        }

        void IMachineEffects.SendHeartbeat() => Said.Add($"sent {_options.Heartbeat.Message!().Text}");

        void IMachineEffects.Flush()
        {
            _flushing = true;
            while (_outbox.TryTake(out var item))
                Said.Add($"sent {item.Message.Text}");
        }

        void IMachineEffects.Raise(in MachineEvent machineEvent)
        {
            Assert.Equal(_machine.Moves, machineEvent.Move);
            Said.Add(machineEvent.Kind switch
            {
                MachineEventKind.State => $"state {machineEvent.State.State.ToString().ToLowerInvariant()}",
                MachineEventKind.Open => "open",
                MachineEventKind.Close => $"close {machineEvent.Close.Code}",
                MachineEventKind.Heartbeat => $"heartbeat {machineEvent.RoundTrip.TotalMilliseconds}",
                _ => $"reconnecting {machineEvent.Plan.Attempt} {machineEvent.Plan.Delay.TotalMilliseconds} {machineEvent.Plan.Reason.ToString().ToLowerInvariant()}",
            });
        }

        private void Receive(string text)
        {
            var isReply = _options.Heartbeat.IsReply;
            var answers = isReply?.Invoke(text) ?? true;
            _machine.Received(answers);
            if (isReply is null || !answers)
                Said.Add($"message {text}");
        }

        private void Lose(ReconnectReason why, int code)
        {
            _connected = false; // by itself
            _machine.Lost(why, new(code, "", code != 1006));
        }

        private void Send(string text)
        {
            try
            {
                if (_machine.State is ConnectionState.Closing or ConnectionState.Closed)
                    Said.Add("refused");
                else if (_machine.State == ConnectionState.Open && _flushing)
                    Said.Add($"sent {text}");
                else
                    _outbox.Queue(text);
            }
            catch (QueueFullException)
            {
                Said.Add("refused");
            }
        }

        private void Advance(TimeSpan time)
        {
            var end = Now + time;
            while (_timers.Where(timer => timer.Value <= end).OrderBy(timer => timer.Value).Select(timer => (MachineTimer?)timer.Key).FirstOrDefault() is { } due)
            {
                Now = _timers[due] > Now ? _timers[due] : Now;
                _timers.Remove(due);
                _machine.TimerFired(due);
            }

            Now = end;
        }

        private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        private static HawserSocketOptions Options(JsonElement json)
        {
            int Get(string name, int otherwise) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;
            int[] List(string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(code => code.GetInt32())] : [];
            TimeSpan Time(string name, int otherwise) => TimeSpan.FromMilliseconds(Get(name, otherwise));
            var (reconnectOn, endOn) = (List("reconnectOn"), List("endOn"));
            return new()
            {
                Heartbeat = Heartbeat(json.ValueKind == JsonValueKind.Object && json.TryGetProperty("heartbeat", out var heartbeat) ? heartbeat : default),
                MinDelay = Time("minDelay", 500),
                MaxDelay = Time("maxDelay", 30000),
                Factor = Get("factor", 2),
                RestartSpread = Time("restartSpread", 5000),
                StableAfter = Time("stableAfter", 10000),
                ConnectTimeout = Time("connectTimeout", 10000),
                MaxRetries = Get("maxRetries", -1) is >= 0 and var limit ? limit : null,
                MaxQueue = Get("maxQueue", 1 << 20),
                ShouldReconnect = (code, _) => reconnectOn.Contains(code) ? true : endOn.Contains(code) ? false : null,
            };
        }

        private static HeartbeatOptions Heartbeat(JsonElement json)
        {
            if (json.ValueKind == JsonValueKind.False)
                return new() { Interval = TimeSpan.Zero };
            var message = "ping";
            string? reply = null;
            var (interval, timeout) = (20000, 20000);
            foreach (var property in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().ToList() : [])
            {
                switch (property.Name)
                {
                    case "interval": interval = property.Value.GetInt32(); break;
                    case "timeout": timeout = property.Value.GetInt32(); break;
                    case "message": message = property.Value.GetString()!; break;
                    case "reply": reply = property.Value.GetString(); break;
                }
            }

            return new()
            {
                Interval = TimeSpan.FromMilliseconds(interval),
                Timeout = TimeSpan.FromMilliseconds(timeout),
                Message = () => message,
                IsReply = reply is null ? null : received => received.Text == reply,
            };
        }
    }
}
