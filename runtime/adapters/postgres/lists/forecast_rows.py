"""The statement that lists forecasts, in each order that the API has."""

from __future__ import annotations

from typing import LiteralString

from runtime.models.api.requests import ForecastSort, Quantile
from runtime.models.api.responses import ForecastRow
from runtime.services.read_ports import ForecastSlice

# The id is the encoded key, as runtime.services.forecasts.row_ids writes it.
FORECAST_KEY = "concat_ws('|', run_id, replace(site_id, '|', chr(31)), replace(sku_id, '|', chr(31)), forecast_date)"
FORECAST_ID = f"""
    'f-' || translate(encode(convert_to({FORECAST_KEY}, 'UTF8'), 'base64'), E'+/=\\n', '-_')"""
QUANTILES: dict[Quantile, LiteralString] = {
    Quantile.P10: "'0.1', confidence_lower",
    Quantile.P50: "'0.5', predicted_value",
    Quantile.P90: "'0.9', confidence_upper",
}
QUANTITIES: dict[str, LiteralString] = {"predicted_value": "predicted_value", "mean_value": "coalesce(mean_value, -1)"}
"""What a list is sorted by; a row without a mean is smaller than every other one."""
FORECASTS = """
select array[{key}] as sort_key, json_build_object({fields}) as row
from forecasts where run_id = %(run_id)s and forecast_date between %(first)s and %(last)s"""
BY_SKU = "sku_id, site_id, forecast_date"
BY_DAY = "forecast_date, sku_id, site_id"


def build_statement(query: ForecastSlice) -> LiteralString:
    """Return the statement for a slice, without the conditions that do not apply, so that a list by SKU uses the primary key."""
    sql = FORECASTS.replace("{fields}", _list_fields(query.quantiles)).replace("{key}", _build_key(query.sort))
    if query.sku_ids:
        sql += " and sku_id = any(%(skus)s)"
    if query.site_id is not None:
        sql += " and site_id = %(site)s"
    condition, order = _build_order(query.sort)
    if query.after is not None:
        sql += f" and {condition}"
    return f"{sql} order by {order} limit %(limit)s + 1"


def list_parameters(query: ForecastSlice) -> dict[str, object]:
    """Return the parameters of the statement."""
    after = list(query.after) if query.after is not None else []
    quantity = after.pop(0) if after and query.sort.quantity else None
    if query.sort is ForecastSort.DAY and after:
        after = [*after[1:], after[0]]
    sku, site, day = after or (None, None, None)
    position = {"after_sku": sku, "after_site": site, "after_day": day, "after_quantity": quantity}
    filters = {"run_id": query.run_id, "skus": list(query.sku_ids) or None, "site": query.site_id}
    return {**filters, **position, "first": query.first_day, "last": query.last_day, "limit": query.limit}


def _build_key(sort: ForecastSort) -> LiteralString:
    if sort.quantity is not None:
        return f"({QUANTITIES[sort.quantity]})::text, sku_id, site_id, forecast_date::text"
    return "forecast_date::text, sku_id, site_id" if sort is ForecastSort.DAY else "sku_id, site_id, forecast_date::text"


def _build_order(sort: ForecastSort) -> tuple[LiteralString, LiteralString]:
    """Return the condition of what follows a position, and the order."""
    place: LiteralString = "(%(after_sku)s, %(after_site)s, %(after_day)s::date)"
    if sort is ForecastSort.DAY:
        return f"({BY_DAY}) > (%(after_day)s::date, %(after_sku)s, %(after_site)s)", BY_DAY
    following: LiteralString = f"({BY_SKU}) > {place}"
    if sort.quantity is None:
        return following, BY_SKU
    quantity, limit = QUANTITIES[sort.quantity], "%(after_quantity)s::numeric"
    sign, direction = ("<", " desc") if sort.is_descending else (">", "")
    return f"({quantity} {sign} {limit} or ({quantity} = {limit} and {following}))", f"{quantity}{direction}, {BY_SKU}"


def _list_fields(quantiles: tuple[Quantile, ...]) -> LiteralString:
    pairs = ", ".join(QUANTILES[quantile] for quantile in Quantile if quantile in quantiles)
    expressions = {"id": FORECAST_ID, "quantiles": f"json_strip_nulls(json_build_object({pairs}))"}
    return ", ".join(f"'{name}', {expressions.get(name, name)}" for name in ForecastRow.model_fields)
