# heat.gp: heat maps side by side. DATA: a block for each panel: point, model, start and end of the
# interval, of the response time, requests.
# cividis: its lightness only grows, the same for every kind of colour vision.
set palette defined (0 '#00224E', 1 '#123570', 2 '#3B496C', 3 '#575D6D', 4 '#707173', \
                     5 '#8A8678', 6 '#A59C74', 7 '#C3B369', 8 '#E1CC55', 9 '#FEE838')
unset grid
set logscale cb
set cbrange [1:MOST]
set cbtics ("1" 1, "10" 10, "100" 100, "1 000" 1000, "10 000" 10000, "100 000" 100000)
set colorbox user origin screen 0.93, BOTTOM / 900.0 \
    size screen 0.012, (TOP - BOTTOM) / 900.0 noborder
X_LOW = 0; X_HIGH = SECONDS
eval y_axis
set xrange [X_LOW:X_HIGH]
set xtics SECONDS > 12 ? 5 : SECONDS > 5 ? 2 : SECONDS > 1.5 ? 0.5 : 0.1
do for [k=1:PANELS] {
    LEFT = PANEL_LEFT[k]; RIGHT = LEFT + PANEL_WIDTH
    eval panel
    if (k == 2) { unset ytics }
    if (k < PANELS) { unset colorbox } else { set colorbox }
    set object 1 rect from graph 0, graph 0 to graph 1, graph 1 behind fc rgb '#F4F4F4' \
        fs solid noborder
    plot DATA skip (k == 1 ? 1 : 0) index k - 1 using 3:5:3:4:5:6:7 \
         with boxxyerror fs solid 1.0 noborder fc palette title PANEL_ID[k]
}
unset object 1
unset colorbox
