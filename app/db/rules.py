"""The rules of signed agreements, as facts about what they decide on."""

SIGNED = "cooperative_signed_at is not null and municipality_signed_at is not null"


def rules_of_kind(kind: str) -> str:
    """The signed versions for the cooperative of `t`, the latest first, with their rules of one kind: a fact."""
    rules = f"""jsonb_path_query_array(a.rules, '$[*] ? (@.kind == "{kind}")')"""
    return f"""(select coalesce(jsonb_agg(jsonb_build_object('active_from', a.active_from, 'rules', {rules})
                                          order by a.active_from desc), '[]')
                  from agreement a where a.cooperative_id = t.cooperative_id and {SIGNED})"""
