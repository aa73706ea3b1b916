# clients.gp: a dot for each client. DATA: panel, row (the model's number), y in pixels, answers
# per second, then what they are of.
unset ytics
unset grid
set border 1 lc rgb MUTED lw 0.8
set grid xtics back lt 1 lc rgb GRID lw 0.7
set yrange [BOTTOM:TOP]
eval x_axis
at_x(v) = X_LOG && v <= 0 ? X_ZERO : v
# Half transparent: where they lie on each other it is darker.
pale(colour) = '#90'.colour[2:7]
do for [k=1:PANELS] {
    LEFT = PANEL_LEFT[k]; RIGHT = LEFT + PANEL_WIDTH
    eval panel
    plot for [i=1:MODELS] DATA skip 1 using ($1 == k && $2 == i ? at_x($4) : NaN):3 \
             with points pt (HOLLOW[i] ? 6 : 7) ps 1.1 * PS lc rgb pale(COLOUR[i]) title ID[i]
}
