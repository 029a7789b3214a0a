# %% prelude
import math

# %% wrong: bits, not nats: log2(6000)
prediction = math.log2(6000)
