using System.Globalization;
using System.Text;

namespace Hawser.Load;

/// <summary>
/// The figures as SVG without anything that needs a script or a font of its own: panels of rows, one row for each scenario, one mark for each gateway
/// on a logarithmic axis, and the goal where there is one. Follows the reader's light or dark colours.
/// </summary>
internal static class Chart
{
    private const int Width = 860;
    private const int Left = 236;
    private const int Right = 96;
    private const int Lane = 8;          // each gateway has a lane of its own within a row, so that equals do not hide each other
    private const int RowGap = 10;
    private const int PanelHead = 58;
    private const int PanelGap = 26;
    private const int Top = 62;

    private static readonly string[] s_peers = ["hawser", "nginx", "haproxy", "caddy"];
    private static readonly string[] s_titles = ["Hawser", "nginx", "HAProxy", "Caddy"];

    private const string Style = """
        text { font: 13px sans-serif; fill: #212529 }
        .title { font-size: 17px; font-weight: bold }
        .panel { font-size: 14px; font-weight: bold }
        .note, .tick { font-size: 11px; fill: #5c636a }
        .value { font-size: 12px; font-weight: bold }
        .paper { fill: #ffffff }
        .band { fill: #f1f3f5 }
        .grid { stroke: #ced4da; stroke-width: 1 }
        .one { stroke: #868e96; stroke-width: 1.5 }
        .goal { stroke: #c92a2a; stroke-width: 2.5 }
        .hawser { fill: #0b7285 } .nginx { fill: #2b8a3e } .haproxy { fill: #9c36b5 } .caddy { fill: #e67700 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e9ecef }
          .note, .tick { fill: #adb5bd }
          .paper { fill: #16191d }
          .band { fill: #1f2429 }
          .grid { stroke: #3a4149 }
          .one { stroke: #868e96 }
          .goal { stroke: #ff8787 }
          .hawser { fill: #3bc9db } .nginx { fill: #69db7c } .haproxy { fill: #da77f2 } .caddy { fill: #ffa94d }
        }
        """;

    /// <param name="Title">What is shown, with its unit.</param>
    /// <param name="Note">Which way is better.</param>
    /// <param name="Unit">Behind the numbers of the last column, or in front of them.</param>
    /// <param name="Rows">One for each scenario.</param>
    private sealed record Panel(string Title, string Note, Func<double, string> Unit, List<Row> Rows);

    private sealed record Row(string Label, Dictionary<string, double> Values, double? Goal);

    /// <summary>Draws everything that was measured.</summary>
    public static string Draw(IReadOnlyList<Figure> figures)
    {
        var panels = Panels(figures).Where(panel => panel.Rows.Count > 0).ToList();
        var peers = Enumerable.Range(0, s_peers.Length).Where(i => figures.Any(figure => figure.Peer == s_peers[i])).ToArray();
        var body = new StringBuilder();
        var y = Top;
        foreach (var panel in panels)
            y = Draw(body, panel, peers, y) + PanelGap;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y}" width="{Width}" height="{y}" role="img" aria-label="Hawser beside nginx, HAProxy and Caddy">
            <style>
            {Style}
            </style>
            <rect class="paper" width="{Width}" height="{y}"/>
            <text class="title" x="16" y="28">Hawser beside nginx, HAProxy and Caddy</text>
            {Legend(peers, panels.Any(panel => panel.Rows.Any(row => row.Goal is not null)))}
            {body.ToString().TrimEnd()}
            </svg>

            """;
    }

    private static IEnumerable<Panel> Panels(IReadOnlyList<Figure> figures)
    {
        yield return new Panel("Throughput, as a multiple of nginx’s", "further right is better", Multiple, Rows(figures, Measure.Rate, Aspect.Rate, OfNginx(figures, s => s.Rate)));
        yield return new Panel(
            "Processor time for each operation, as a multiple of nginx’s", "further left is better", Multiple,
            Rows(figures, Measure.Rate, Aspect.Processor, OfNginx(figures, s => s.MicrosecondsEach)));
        yield return new Panel("Memory for each idle tunnel, kilobytes", "further left is better", value => $"{Number(value)} KB", Rows(figures, Measure.Memory, Aspect.Bytes, f => f.Rate / 1000));
        yield return new Panel("Time of a message under a given load, p99, milliseconds", "further left is better", value => $"{Number(value)} ms", Rows(figures, Measure.Latency, null, f => f.Milliseconds(0.99)));
    }

    private static Func<Figure, double> OfNginx(IReadOnlyList<Figure> figures, Func<Sample, double> value) =>
        figure => figure.RatioTo(figures.FirstOrDefault(f => f.Scenario == figure.Scenario && f.Peer == "nginx"), value) ?? 0;

    private static List<Row> Rows(IReadOnlyList<Figure> figures, Measure measure, Aspect? aspect, Func<Figure, double> value) => figures
        .Where(figure => figure.Scenario.Measure == measure)
        .GroupBy(figure => figure.Scenario.Name)
        .Select(group => new Row(
            group.Key,
            group.Select(figure => (figure.Peer, Value: value(figure))).Where(v => v.Value > 0).ToDictionary(v => v.Peer, v => v.Value),
            Bound(figures, group.Key, aspect)))
        .Where(row => row.Values.Count > 0)
        .ToList();

    /// <summary>Where the goal stands on the panel's axis.</summary>
    private static double? Bound(IReadOnlyList<Figure> figures, string scenario, Aspect? aspect)
    {
        double P99(string name, string peer) => figures.FirstOrDefault(f => f.Scenario.Name == name && f.Peer == peer)?.Milliseconds(0.99) ?? 0;
        var bound = Goal.All.Where(goal => goal.Scenario == scenario).Select(goal => goal.Aspect switch
        {
            Aspect.Bytes when aspect == Aspect.Bytes => goal.Bound / 1000,
            Aspect.Rate or Aspect.Processor when goal.Aspect == aspect => goal.Bound,
            Aspect.Percentile99 when aspect is null => goal.Bound * P99(goal.Baseline!, "hawser"),
            Aspect.Percentile99OfNginx when aspect is null => goal.Bound * P99(scenario, "nginx"),
            _ => 0,
        }).FirstOrDefault(value => value > 0);
        return bound > 0 ? bound : null;
    }

    private static int Draw(StringBuilder body, Panel panel, int[] peers, int top)
    {
        var values = panel.Rows.SelectMany(row => row.Values.Values.Append(row.Goal ?? row.Values.Values.First())).ToList();
        var ticks = Ticks(values.Min(), values.Max());
        var (low, high) = (Math.Log(ticks[0]), Math.Log(ticks[^1]));
        double X(double value) => Left + (Math.Log(value) - low) / (high - low) * (Width - Left - Right);
        var rowHeight = peers.Length * Lane + RowGap;
        var bottom = top + PanelHead + panel.Rows.Count * rowHeight;

        body.Append(CultureInfo.InvariantCulture, $"<text class=\"panel\" x=\"16\" y=\"{top + 14}\">{panel.Title}</text>\n<text class=\"note\" x=\"16\" y=\"{top + 32}\">{panel.Note}; logarithmic</text>\n");
        for (var i = 0; i < panel.Rows.Count; i += 2)
            body.Append(CultureInfo.InvariantCulture, $"<rect class=\"band\" x=\"8\" y=\"{top + PanelHead + i * rowHeight}\" width=\"{Width - 16}\" height=\"{rowHeight}\"/>\n");
        foreach (var tick in ticks)
        {
            body.Append(CultureInfo.InvariantCulture, $"<line class=\"{(tick == 1 && panel.Unit(1)[0] == '×' ? "one" : "grid")}\" x1=\"{X(tick):0.#}\" y1=\"{top + PanelHead - 6}\" x2=\"{X(tick):0.#}\" y2=\"{bottom}\"/>\n");
            body.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{X(tick):0.#}\" y=\"{top + PanelHead - 11}\" text-anchor=\"middle\">{panel.Unit(tick)}</text>\n");
        }

        body.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Width - 16}\" y=\"{top + PanelHead - 11}\" text-anchor=\"end\">Hawser</text>\n");
        for (var i = 0; i < panel.Rows.Count; i++)
            Draw(body, panel.Rows[i], peers, panel.Unit, top + PanelHead + i * rowHeight, rowHeight, X);
        return bottom;
    }

    private static void Draw(StringBuilder body, Row row, int[] peers, Func<double, string> unit, int y, int height, Func<double, double> x)
    {
        var middle = y + height / 2;
        body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 14}\" y=\"{middle + 4}\" text-anchor=\"end\">{row.Label}</text>\n");
        if (row.Goal is { } goal)
            body.Append(CultureInfo.InvariantCulture, $"<line class=\"goal\" x1=\"{x(goal):0.#}\" y1=\"{y + 3}\" x2=\"{x(goal):0.#}\" y2=\"{y + height - 3}\"/>\n");
        for (var lane = 0; lane < peers.Length; lane++)
        {
            if (row.Values.TryGetValue(s_peers[peers[lane]], out var value))
                Mark(body, peers[lane], x(value), y + RowGap / 2 + lane * Lane + Lane / 2, $"{row.Label}, {s_titles[peers[lane]]}: {unit(value)}");
        }

        if (row.Values.TryGetValue("hawser", out var own))
            body.Append(CultureInfo.InvariantCulture, $"<text class=\"value\" x=\"{Width - 16}\" y=\"{middle + 4}\" text-anchor=\"end\">{unit(own)}</text>\n");
    }

    /// <summary>A shape for each gateway besides its colour.</summary>
    private static void Mark(StringBuilder body, int peer, double x, double y, string title)
    {
        var shape = peer switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"5\""),
            1 => string.Create(CultureInfo.InvariantCulture, $"<rect x=\"{x - 4:0.#}\" y=\"{y - 4:0.#}\" width=\"8\" height=\"8\""),
            2 => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.#} {y - 5:0.#}l5 9h-10z\""),
            _ => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.#} {y - 5:0.#}l5 5l-5 5l-5 -5z\""),
        };
        body.Append(CultureInfo.InvariantCulture, $"{shape} class=\"{s_peers[peer]}\"><title>{title}</title></{shape[1..shape.IndexOf(' ', StringComparison.Ordinal)]}>\n");
    }

    private static string Legend(int[] peers, bool hasGoals)
    {
        var text = new StringBuilder();
        var x = Left;
        foreach (var peer in peers)
        {
            Mark(text, peer, x, 48, s_titles[peer]);
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 12}\" y=\"52\">{s_titles[peer]}</text>\n");
            x += 96;
        }

        if (hasGoals)
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"goal\" x1=\"{x}\" y1=\"41\" x2=\"{x}\" y2=\"55\"/>\n<text x=\"{x + 12}\" y=\"52\">Hawser’s goal</text>\n");
        return text.ToString().TrimEnd();
    }

    /// <summary>Round numbers of which the first and the last enclose all values: powers of 2 where those suffice, else 1, 3, 10 and so on.</summary>
    private static List<double> Ticks(double least, double most)
    {
        var isWide = most / least > 64;
        var steps = isWide
            ? Enumerable.Range(-8, 20).SelectMany(power => new[] { Math.Pow(10, power), 3 * Math.Pow(10, power) })
            : Enumerable.Range(-24, 60).Select(power => Math.Pow(2, power));
        var all = steps.ToList();
        var first = all.FindLastIndex(step => step <= least);
        var last = all.FindIndex(step => step >= most);
        return all.GetRange(first, Math.Max(2, last - first + 1));
    }

    private static string Multiple(double value) => $"×{Number(value)}";

    private static string Number(double value) => value.ToString(value >= 100 ? "#,0" : value >= 10 ? "0.#" : value >= 1 ? "0.##" : "0.###", CultureInfo.InvariantCulture);
}
