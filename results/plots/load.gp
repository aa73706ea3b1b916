# load.gp: a line for each model against the offered load. DATA: x, then four columns for each
# model: mean, low, high, and whether it kept up: where not, the mark is a ring.
eval panel
eval x_axis
eval y_axis
STRIDE = 4
kept_up(i) = column(4 * i + 1) > 0
plot @intervals, \
     for [i=1:MODELS] DATA skip 1 using 1:(mean_of(i)) \
         with lines lw 2.6 dt DASH[i] lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using 1:(kept_up(i) ? mean_of(i) : NaN) \
         with points pt SHAPE[i] ps 1.8 * PS lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using 1:(kept_up(i) ? NaN : mean_of(i)) \
         with points pt 7 ps 2.2 * PS lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using 1:(kept_up(i) ? NaN : mean_of(i)) \
         with points pt 7 ps 1.35 * PS lc rgb '#FFFFFF' title ID[i]
