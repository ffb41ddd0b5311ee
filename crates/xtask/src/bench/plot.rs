//! A drawing of what grows with what: points, and the straight line from nothing through the largest.

use std::fmt::Write as _;

/// One series.
pub(super) struct Panel {
    pub(super) title: &'static str,
    /// What is counted to the right.
    pub(super) unit: &'static str,
    /// Smallest first.
    pub(super) points: Vec<Point>,
}

/// One measurement.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) seconds: f64,
    pub(super) megabytes: f64,
}

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 56.0;
const BELOW: f64 = 48.0;
const ABOVE: f64 = 36.0;
const RIGHT: f64 = 20.0;

/// The panels side by side.
pub(super) fn svg(panels: &[Panel]) -> String {
    let width = WIDTH * panels.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" \
         fill=\"#1c2733\">\n<rect width=\"{width}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate({} 0)\">", index as f64 * WIDTH);
        draw(panel, &mut out);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn draw(panel: &Panel, out: &mut String) {
    let most = |value: fn(&Point) -> f64| panel.points.iter().map(value).fold(f64::MIN_POSITIVE, f64::max);
    let (most_x, most_y) = (most(|point| point.x), most(|point| point.seconds));
    let at = |x: f64, y: f64| {
        let right = LEFT + x / most_x * (WIDTH - LEFT - RIGHT);
        (right, HEIGHT - BELOW - y / most_y * (HEIGHT - BELOW - ABOVE))
    };
    let ((x0, y0), (x1, y1)) = (at(0.0, 0.0), at(most_x, most_y));
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{}: processor time</text>", panel.title);
    let _ = writeln!(out, "<path d=\"M{x0} {y1}V{y0}H{x1}\" fill=\"none\" stroke=\"#8896a5\"/>");
    let _ = writeln!(out, "<path d=\"M{x0} {y0}L{x1:.1} {y1:.1}\" fill=\"none\" stroke=\"#8896a5\" stroke-dasharray=\"4 4\"/>");
    for share in [0.5, 1.0] {
        let (x, y) = at(most_x * share, most_y * share);
        let _ =
            writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.1} s</text>", x0 - 6.0, y + 4.0, most_y * share);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", y0 + 18.0, most_x * share);
    }
    let _ =
        writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", (x0 + x1) / 2.0, y0 + 36.0, panel.unit);
    for point in &panel.points {
        let (x, y) = at(point.x, point.seconds);
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#0b6e99\"><title>{} {}: {:.2} s, {:.0} MB</title></circle>",
            point.x, panel.unit, point.seconds, point.megabytes
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_point_is_in_the_corner() {
        let point = |x: f64| Point { x, seconds: x / 2.0, megabytes: 20.0 };
        let text = svg(&[Panel { title: "files", unit: "thousand", points: vec![point(5.0), point(10.0)] }]);
        assert!(text.contains("<circle cx=\"400.0\" cy=\"36.0\""), "{text}");
        assert!(text.contains("<circle cx=\"228.0\" cy=\"144.0\""), "{text}");
    }
}
