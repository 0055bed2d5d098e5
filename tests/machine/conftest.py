"""What a failed comparison with the model says."""

import pytest

pytest.register_assert_rewrite("machine.lecteur")
