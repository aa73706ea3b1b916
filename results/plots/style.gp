# style.gp: the look of every figure, for the PNG and the SVG. The script that loads this has set
# FORMAT (png, svg) and OUT. Sizes are points; the SVG counts in pixels, 4/3 of them.
FONT  = "DejaVu Sans"
INK   = '#1A1A1A'
MUTED = '#595959'
GRID  = '#D4D4D4'
pt(size) = sprintf(",%g", FORMAT eq 'png' ? size : size * 4 / 3.0)
F_TITLE = FONT." Bold".pt(26)
F_SUB   = FONT.pt(17)
F_LABEL = FONT." Bold".pt(19)
F_TICK  = FONT.pt(19)
F_NOTE  = FONT.pt(15)
F_SMALL = FONT.pt(12)
F_FOOT  = FONT.pt(11)

if (FORMAT eq 'png') {
    set terminal pngcairo size 1600,900 enhanced font F_TICK linewidth 1.6 background rgb '#FFFFFF'
} else {
    set terminal svg size 1600,900 dynamic enhanced font F_TICK linewidth 1.6 \
        background rgb '#FFFFFF'
}
set output OUT
set encoding utf8
# The SVG's marks and ticks grow with its font, which the PNG's don't.
PS = FORMAT eq 'png' ? 1.0 : 0.35
TICK = FORMAT eq 'png' ? 0.6 : 0.4

set datafile separator "\t"
set datafile commentschars ''
set border 3 lc rgb MUTED lw 0.8
set tics nomirror out scale TICK textcolor rgb INK
set xtics offset 0,(FORMAT eq 'png' ? 0 : 0.3)
set grid ytics back lt 1 lc rgb GRID lw 0.7
# No key is seen, but titles get into the SVG, where the report finds them.
set key at screen 2,2 noautotitle
set multiplot

# A panel by its edges, in pixels.
panel = 'set lmargin at screen LEFT / 1600.0; set rmargin at screen RIGHT / 1600.0; ' \
      . 'set bmargin at screen BOTTOM / 900.0; set tmargin at screen TOP / 900.0'
# Its axes, as C has laid them out.
x_axis = 'set xrange [X_LOW:X_HIGH]; eval "set xtics ".X_TICS; ' \
       . 'if (X_LOG) { set logscale x } else { unset logscale x }'
y_axis = 'set yrange [Y_LOW:Y_HIGH]; eval "set ytics ".Y_TICS; ' \
       . 'if (Y_LOG) { set logscale y } else { unset logscale y }'
# A log axis has a place for 0, or cuts off at its end.
above(v, low, log) = log && v < low ? low : v
# Half the bar at the ends of an interval, in widths of the canvas. Intervals are vectors with two
# heads: errorbars would clear the space of a mark in their middle, in the SVG.
CAP = 0.0035
