using System.Globalization;
using System.Text;

namespace Hawser.Load;

/// <summary>A bar chart of rates as multiples of nginx's, as SVG without anything that needs a script or a font of its own.</summary>
internal static class Chart
{
    private const int LabelWidth = 210;
    private const int BarWidth = 420;
    private const int BarHeight = 16;
    private const int GroupGap = 14;

    private static readonly Dictionary<string, string> s_colours = new()
    {
        ["hawser"] = "#0b7285",
        ["nginx"] = "#868e96",
        ["haproxy"] = "#adb5bd",
        ["caddy"] = "#ced4da",
    };

    /// <summary>Draws all scenarios in which nginx took part and a higher rate is better.</summary>
    public static string Draw(IReadOnlyList<Figure> figures)
    {
        var groups = figures.Where(f => f.Scenario != Comparison.Idle).GroupBy(f => f.Scenario)
            .Select(g => (g.Key, Bars: g.ToList(), Nginx: g.FirstOrDefault(f => f.Peer == "nginx")?.Rate ?? 0)).Where(g => g.Nginx > 0).ToList();
        var most = groups.SelectMany(g => g.Bars.Select(b => b.Rate / g.Nginx)).DefaultIfEmpty(1).Max();
        var body = new StringBuilder();
        var y = 34;
        foreach (var (scenario, bars, nginx) in groups)
        {
            body.Append(CultureInfo.InvariantCulture, $"  <text x=\"{LabelWidth - 10}\" y=\"{y + bars.Count * BarHeight / 2 + 4}\" text-anchor=\"end\">{scenario}</text>\n");
            foreach (var bar in bars)
            {
                var width = bar.Rate / nginx / most * BarWidth;
                body.Append(CultureInfo.InvariantCulture, $"  <rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{width:0.#}\" height=\"{BarHeight - 2}\" fill=\"{s_colours.GetValueOrDefault(bar.Peer, "#000")}\"/>\n");
                body.Append(CultureInfo.InvariantCulture, $"  <text x=\"{LabelWidth + width + 6:0.#}\" y=\"{y + 11}\" class=\"value\">{bar.Peer} ×{bar.Rate / nginx:0.00}</text>\n");
                y += BarHeight;
            }

            y += GroupGap;
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{LabelWidth + BarWidth + 150}" height="{y}" font-family="sans-serif" font-size="13" role="img" aria-label="Rates as multiples of nginx's">
              <style>text {"{"} fill: #212529 {"}"} .value {"{"} font-size: 11px; fill: #495057 {"}"}</style>
              <rect width="100%" height="100%" fill="#fff"/>
              <text x="{LabelWidth}" y="20" font-weight="bold">Operations a second, as multiples of nginx's</text>
            {body.ToString().TrimEnd()}
            </svg>

            """);
    }
}
