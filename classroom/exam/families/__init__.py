"""The families there are, by key."""
from classroom.exam.family import Family

from . import attention, beam, heads, loss, masks, optimiser, positions, residual

__all__ = ["FAMILIES"]

FAMILIES: dict[str, Family] = {
    module.FAMILY.key: module.FAMILY
    for module in (attention, masks, heads, positions, residual, loss, optimiser, beam)
}
