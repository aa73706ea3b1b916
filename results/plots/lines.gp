# lines.gp: a line for each model, with its intervals. DATA: x, then three columns for each model:
# mean, low, high.
eval panel
eval x_axis
eval y_axis
at_x(v) = X_LOG && v <= 0 ? X_ZERO : v
low(i) = above(column(3 * i), Y_LOW, Y_LOG)
plot for [i=1:MODELS] DATA skip 1 using (at_x($1)):(low(i)):(0):(column(3 * i + 1) - low(i)) \
         with vectors heads size screen CAP,90 lw 1.2 lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(column(3 * i - 1)) \
         with lines lw 2.6 dt DASH[i] lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(column(3 * i - 1)) \
         with points pt SHAPE[i] ps 1.8 * PS lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(HOLLOW[i] ? column(3 * i - 1) : NaN) \
         with points pt SHAPE[i] ps 1.0 * PS lc rgb '#FFFFFF' title ID[i]
