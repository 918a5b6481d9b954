"""Two dropouts in one TensorFlow 1.8: the rate kept, the rate dropped."""

import tensorflow as tf

tf.set_random_seed(0)
ones = tf.ones([1000000])
# --8<-- [start:fault]
kept = {
    'tf.nn.dropout(x, 0.1)': tf.nn.dropout(ones, 0.1),
    'tf.layers.dropout(x, 0.1)': tf.layers.dropout(ones, 0.1, training=True),
}
# --8<-- [end:fault]
with tf.Session() as session:
    for call in sorted(kept):
        alive = (session.run(kept[call]) > 0).mean()
        print('%-26s keeps %.0f %%' % (call, 100 * alive))
