# lines.gp: a line for each model, with its intervals. DATA: x, then three columns for each model:
# mean, low, high.
eval panel
eval x_axis
eval y_axis
STRIDE = 3
# The Universal Scalability Law, where it fits.
set samples 400
law(i, n) = LAWS == 0 || LAW[i] == 0 || n < LAW_FROM[i] || n > LAW_TO[i] ? NaN \
          : LAW[i] * n / (1 + LAW_A[i] * (n - 1) + LAW_B[i] * n * (n - 1))
plot for [i=1:(LAWS > 0 ? MODELS : 0)] law(i, x) with lines lw 1.6 dt 3 lc rgb COLOUR[i] \
         title ID[i], \
     @intervals, \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(mean_of(i)) \
         with lines lw 2.6 dt DASH[i] lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(mean_of(i)) \
         with points pt SHAPE[i] ps 1.8 * PS lc rgb COLOUR[i] title ID[i], \
     for [i=1:MODELS] DATA skip 1 using (at_x($1)):(HOLLOW[i] ? mean_of(i) : NaN) \
         with points pt SHAPE[i] ps 1.0 * PS lc rgb '#FFFFFF' title ID[i]
