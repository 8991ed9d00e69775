"""How many threads torch works with, said in one place: nothing else calls ``torch.set_num_threads``."""

from explorer.base.threads.torch_threads import a_core_left as a_core_left
from explorer.base.threads.torch_threads import threads_here as threads_here
from explorer.base.threads.torch_threads import use_sane_threads as use_sane_threads
