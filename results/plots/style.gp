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
# Half the bar at the ends of an interval, and the length of an arrow, in widths of the canvas.
# Intervals are vectors: errorbars would clear the space of a mark in their middle, in the SVG.
CAP = 0.0035
TIP = 0.0075

# What lines.gp and load.gp share. DATA: x, then STRIDE columns for each model: mean, low, high.
# A log axis has a place for 0.
at_x(v) = X_LOG && v <= 0 ? X_ZERO : v
mean_of(i) = column(STRIDE * (i - 1) + 2)
low_of(i) = column(STRIDE * (i - 1) + 3)
high_of(i) = column(STRIDE * (i - 1) + 4)
# An interval that leaves the axes ends there in an arrow; a mean that does has none.
seen(i) = mean_of(i) >= Y_LOW && mean_of(i) <= Y_HIGH
from_mean = 'for [i=1:MODELS] DATA skip 1 using '
intervals = from_mean.'(seen(i) && high_of(i) <= Y_HIGH ? at_x($1) : NaN):(mean_of(i)):(0)' \
          . ':(high_of(i) - mean_of(i)) with vectors head size screen CAP,90 fixed lw 1.2 ' \
          . 'lc rgb COLOUR[i] title ID[i], ' \
          . from_mean.'(seen(i) && low_of(i) >= Y_LOW ? at_x($1) : NaN):(mean_of(i)):(0)' \
          . ':(low_of(i) - mean_of(i)) with vectors head size screen CAP,90 fixed lw 1.2 ' \
          . 'lc rgb COLOUR[i] title ID[i], ' \
          . from_mean.'(seen(i) && high_of(i) > Y_HIGH ? at_x($1) : NaN):(mean_of(i)):(0)' \
          . ':(Y_HIGH - mean_of(i)) with vectors head filled size screen TIP,20 fixed lw 1.2 ' \
          . 'lc rgb COLOUR[i] title ID[i], ' \
          . from_mean.'(seen(i) && low_of(i) < Y_LOW ? at_x($1) : NaN):(mean_of(i)):(0)' \
          . ':(Y_LOW - mean_of(i)) with vectors head filled size screen TIP,20 fixed lw 1.2 ' \
          . 'lc rgb COLOUR[i] title ID[i]'
