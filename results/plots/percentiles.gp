# percentiles.gp: distributions on an axis of 1 / (1 - percentile). DATA: a block for each model:
# its name, rarity, percentile, ns, samples above, whether a mark stands here.
eval panel
eval x_axis
eval y_axis
set grid xtics ytics back lt 1 lc rgb GRID lw 0.7
plot for [i=1:MODELS] DATA skip (i == 1 ? 1 : 0) index i - 1 \
         using ($5 >= SOLID ? $2 : NaN):4 \
         with lines lw 2.8 dt 1 lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip (i == 1 ? 1 : 0) index i - 1 \
         using ($5 < 1.15 * SOLID ? $2 : NaN):4 \
         with lines lw 2.0 dt 2 lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip (i == 1 ? 1 : 0) index i - 1 using ($6 > 0 ? $2 : NaN):4 \
         with points pt SHAPE[i] ps 1.7 * PS lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip (i == 1 ? 1 : 0) index i - 1 \
         using (HOLLOW[i] && $6 > 0 ? $2 : NaN):4 \
         with points pt SHAPE[i] ps 0.9 * PS lc rgb '#FFFFFF' title ID[i]
