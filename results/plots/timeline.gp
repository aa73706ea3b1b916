# timeline.gp: who serves whom, when. $BOXES: the model's number, from and to in ms, y, bottom and top
# in pixels, colour. $MARKS, where clients connect: model, ms, y, colour. $LETTERS: ms, y, letter.
unset ytics
unset grid
set border 1 lc rgb MUTED lw 0.8
set grid xtics back lt 1 lc rgb GRID lw 0.7
set yrange [BOTTOM:TOP]
eval x_axis
eval panel
F_BOX = FONT." Bold".pt(LETTER)
plot for [i=1:MODELS] $BOXES using ($1 == i ? ($2 + $3) / 2 : NaN):4:2:3:5:6:7 \
         with boxxyerror fs solid 1.0 noborder lc rgb variable title ID[i], \
     for [i=1:MODELS] $MARKS using ($1 == i ? $2 : NaN):3:4 \
         with points pt 11 ps 1.5 * PS lc rgb variable title ID[i], \
     $LETTERS using 1:2:3 with labels center font F_BOX tc rgb '#FFFFFF' notitle
