using System.Globalization;
using System.Text;

namespace Hawser.Load;

/// <summary>The figures as text.</summary>
internal static class Report
{
    private static readonly (string Title, double Share)[] s_percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    /// <summary>What is shown while it runs.</summary>
    public static string Line(Figure figure)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{figure.Scenario.Name,-32} {figure.Peer,-8} "));
        if (figure.Scenario.Measure == Measure.Memory)
            return text.Append(CultureInfo.InvariantCulture, $"{figure.Rate,10:#,0} bytes for each tunnel").ToString();
        text.Append(CultureInfo.InvariantCulture, $"{figure.Rate,10:#,0}/s  {figure.MicrosecondsEach,8:0.0} µs  p50 {figure.Milliseconds(0.5):0.000}  p99 {figure.Milliseconds(0.99):0.000}  max {figure.MaxMilliseconds:0.0} ms");
        if (figure.Beside > 0)
            text.Append(CultureInfo.InvariantCulture, $"  beside {figure.Beside:#,0}/s");
        return figure.Failures > 0 ? text.Append(CultureInfo.InvariantCulture, $"  FAILED {figure.Failures}").ToString() : text.ToString();
    }

    /// <summary>The tables, as a document has them.</summary>
    public static string Tables(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder();
        AddGoals(text, figures);
        var memory = figures.Where(figure => figure.Scenario.Measure == Measure.Memory).ToList();
        if (memory.Count > 0)
        {
            text.Append("## Memory\n\n| scenario | gateway | bytes for each tunnel | of nginx |\n|---|---|---:|---:|\n");
            foreach (var figure in memory)
                text.Append(CultureInfo.InvariantCulture, $"| {figure.Scenario.Name} | {figure.Peer} | {figure.Rate:#,0} | {Ratio(figure.RatioTo(Nginx(figures, figure), s => s.Rate))} |\n");
            text.Append('\n');
        }

        AddTimes(text, "As much as goes", figures.Where(figure => figure.Scenario.Measure == Measure.Rate).ToList(), figures);
        AddTimes(text, "Under a given load", figures.Where(figure => figure.Scenario.Measure == Measure.Latency).ToList(), figures);
        return text.ToString();
    }

    private static void AddGoals(StringBuilder text, IReadOnlyList<Figure> figures)
    {
        var goals = Goal.All.Select(goal => (Goal: goal, Reached: goal.Reached(figures, "hawser"), OfNginx: goal.Reached(figures, "nginx"))).Where(g => g.Reached is not null).ToList();
        if (goals.Count == 0)
            return;
        text.Append("## Goals\n\n| scenario | | goal | Hawser | | nginx |\n|---|---|---:|---:|---|---:|\n");
        foreach (var (goal, reached, nginx) in goals)
        {
            var ofNginx = goal.Aspect is Aspect.Bytes or Aspect.Percentile99 or Aspect.Failures && nginx is { } value ? goal.Format(value) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {goal.Scenario} | {goal.Words} | {goal.BoundText} | {goal.Format(reached!.Value)} | {(goal.IsMet(reached.Value) ? "met" : "**missed**")} | {ofNginx} |\n");
        }

        text.Append('\n');
    }

    private static void AddTimes(StringBuilder text, string title, List<Figure> figures, IReadOnlyList<Figure> all)
    {
        if (figures.Count == 0)
            return;
        var isLoad = figures[0].Scenario.Measure == Measure.Latency;
        text.Append(CultureInfo.InvariantCulture, $"## {title}\n\n| scenario | gateway | rate/s | {(isLoad ? "beside, /s" : "of nginx | CPU µs each")} | {(isLoad ? "p99 of nginx" : "of nginx")} |");
        foreach (var (name, _) in s_percentiles)
            text.Append(CultureInfo.InvariantCulture, $" {name} ms |");
        text.Append(" max ms | failed |\n|---|---|---:|---:|---:|").Append(isLoad ? "" : "---:|").Append("---:|---:|---:|---:|---:|---:|\n");
        foreach (var figure in figures)
        {
            var nginx = Nginx(all, figure);
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Scenario.Name} | {figure.Peer} | {figure.Rate:#,0} ");
            if (isLoad)
                text.Append(CultureInfo.InvariantCulture, $"| {Optional(figure.Beside, "#,0")} | {Ratio(figure.RatioTo(nginx, s => Figure.Milliseconds(s, 0.99)))} |");
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Ratio(figure.RatioTo(nginx, s => s.Rate))} | {Optional(figure.MicrosecondsEach, "#,0.0")} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Ratio(figure.RatioTo(nginx, s => s.MicrosecondsEach))} |");
            }

            foreach (var (_, share) in s_percentiles)
                text.Append(CultureInfo.InvariantCulture, $" {figure.Milliseconds(share):0.000} |");
            text.Append(CultureInfo.InvariantCulture, $" {figure.MaxMilliseconds:0.0} | {figure.Failures} |\n");
        }

        text.Append('\n');
    }

    private static Figure? Nginx(IReadOnlyList<Figure> figures, Figure figure) => figures.FirstOrDefault(f => f.Scenario == figure.Scenario && f.Peer == "nginx");

    private static string Optional(double value, string format) => value > 0 ? value.ToString(format, CultureInfo.InvariantCulture) : "";

    private static string Ratio(double? value) => value?.ToString("×0.00", CultureInfo.InvariantCulture) ?? "";
}
