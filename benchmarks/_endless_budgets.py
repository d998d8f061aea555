"""A load tool asks as fast as it can: its budgets are spent as everybody's, but never run out."""

from pinegate.domain.access.budgets import Budget, Budgets
from pinegate.usecases.access.spending import Spending

_ENDLESS = Budget(1 << 40, 1 << 40, 1 << 40)


def endless_budgets() -> Spending:
    return Spending(Budgets(_ENDLESS, _ENDLESS, _ENDLESS))
