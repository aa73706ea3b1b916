# overlay.gp: after the panels, a sheet over all of the canvas on which 1 is a pixel: for texts,
# which C places so that they don't cover each other.
set lmargin at screen 0; set rmargin at screen 1
set bmargin at screen 0; set tmargin at screen 1
unset logscale
unset grid
unset tics
unset border
set xrange [0:1600]
set yrange [0:900]
