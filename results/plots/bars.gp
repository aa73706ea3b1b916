# bars.gp: panels side by side, a metric each. DATA: a row for each bar: model, point, then three
# columns for each metric: mean, low, high. y counts pixels.
unset grid
unset tics
set border 2 lc rgb MUTED lw 0.8
Y_LOW = BOTTOM; Y_HIGH = TOP
set yrange [Y_LOW:Y_HIGH]
do for [k=1:PANELS] {
    LEFT = PANEL_LEFT[k]; RIGHT = LEFT + PANEL_WIDTH
    eval panel
    set xrange [0:PANEL_HIGH[k]]
    C = 3 * k
    low(i) = column(C + 1) < 0 ? 0 : column(C + 1)
    # Not all of a long interval has room: what is cut ends in an arrow.
    end(i) = REACH[(k - 1) * BARS + i]
    is_cut(i) = column(C + 2) > end(i) * 1.000001
    # The whiskers have a white rim, to be seen on their own bar.
    plot for [i=1:BARS] DATA skip 1 every ::(i - 1)::(i - 1) \
             using (column(C) / 2):(BAR_Y[i]):(0):(column(C)):(BAR_Y[i] - HALF):(BAR_Y[i] + HALF) \
             with boxxyerror fs solid 1.0 border lc rgb BAR_EDGE[i] lw 1.2 fc rgb BAR_FILL[i] \
             title BAR_ID[i], \
         for [i=1:BARS] for [rim=1:0:-1] DATA skip 1 every ::(i - 1)::(i - 1) \
             using (is_cut(i) ? NaN : low(i)):(BAR_Y[i]):(column(C + 2) - low(i)):(0) \
             with vectors heads size screen CAP,90 fixed lw (rim ? 3.6 : 1.4) \
             lc rgb (rim ? '#FFFFFF' : INK) title BAR_ID[i], \
         for [i=1:BARS] for [rim=1:0:-1] DATA skip 1 every ::(i - 1)::(i - 1) \
             using (is_cut(i) ? low(i) : NaN):(BAR_Y[i]):(end(i) - low(i)):(0) \
             with vectors backhead size screen CAP,90 fixed lw (rim ? 3.6 : 1.4) \
             lc rgb (rim ? '#FFFFFF' : INK) title BAR_ID[i], \
         for [i=1:BARS] DATA skip 1 every ::(i - 1)::(i - 1) \
             using (is_cut(i) ? column(C) : NaN):(BAR_Y[i]):(end(i) - column(C)):(0) \
             with vectors head filled size screen TIP,20 fixed lw 1.4 lc rgb INK title BAR_ID[i]
}
