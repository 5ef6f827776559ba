"""Transfers between customers' accounts, their limits, those that wait, standing orders, and the reversal of what was
booked."""

from liushui.payments.limits import (
    CHANNELS,
    MACHINES,
    ONE_TIME_PASSWORD,
    SELF_SERVICE,
    SIGNATURE,
    UNPROVEN,
    ChannelLimit,
    Needs,
    Totals,
    agree_transfer_limit,
    bank_limit,
    channel_faults,
    limit_of,
    needs_of,
    totals_of,
)
from liushui.payments.orders import AbandonedOrders, Facts, Order, TransferOrders
from liushui.payments.reversals import ReversalFacts, reversal_facts, reverse
from liushui.payments.schedules import OnHoliday, Schedule
from liushui.payments.service import CAPTURE_CODE, HOLD_CODE, REVERSAL_CODE, VOID_CODE, Payments
from liushui.payments.standing_orders import (
    Executed,
    Execution,
    NewStandingOrder,
    StandingOrder,
    StandingOrders,
    executions_of,
    standing_order,
    standing_orders_of,
)

__all__ = [
    "CAPTURE_CODE",
    "CHANNELS",
    "HOLD_CODE",
    "MACHINES",
    "ONE_TIME_PASSWORD",
    "REVERSAL_CODE",
    "SELF_SERVICE",
    "SIGNATURE",
    "UNPROVEN",
    "VOID_CODE",
    "AbandonedOrders",
    "ChannelLimit",
    "Executed",
    "Execution",
    "Facts",
    "Needs",
    "NewStandingOrder",
    "OnHoliday",
    "Order",
    "Payments",
    "ReversalFacts",
    "Schedule",
    "StandingOrder",
    "StandingOrders",
    "Totals",
    "TransferOrders",
    "agree_transfer_limit",
    "bank_limit",
    "channel_faults",
    "executions_of",
    "limit_of",
    "needs_of",
    "reversal_facts",
    "reverse",
    "standing_order",
    "standing_orders_of",
    "totals_of",
]
