"""What is done to the code: a table from kinds of syntax to operators."""

import ast
from typing import Final

from tests.mutation.operators import arithmetic, calls, conditions, literals, statements
from tests.mutation.operators.change import Change, Operator

__all__ = ["OPERATORS", "Change"]

OPERATORS: Final[dict[type[ast.AST], tuple[Operator, ...]]] = {
    ast.Compare: (conditions.compared,),
    ast.BoolOp: (conditions.joined,),
    ast.UnaryOp: (conditions.negated,),
    ast.If: (conditions.forced,),
    ast.IfExp: (conditions.forced,),
    ast.While: (conditions.forced,),
    ast.ListComp: (conditions.filtered,),
    ast.SetComp: (conditions.filtered,),
    ast.DictComp: (conditions.filtered,),
    ast.GeneratorExp: (conditions.filtered,),
    ast.Constant: (literals.constant,),
    ast.JoinedStr: (literals.text,),
    ast.Tuple: (literals.elements, literals.order),
    ast.List: (literals.elements, literals.order),
    ast.Set: (literals.elements,),
    ast.Dict: (literals.entries,),
    ast.Subscript: (literals.bounds,),
    ast.Call: (calls.arguments, calls.function),
    ast.BinOp: (arithmetic.computed,),
    ast.AugAssign: (arithmetic.accumulated, statements.dropped),
    ast.Expr: (statements.dropped,),
    ast.Raise: (statements.dropped,),
    ast.Delete: (statements.dropped,),
    ast.Continue: (statements.jumped,),
    ast.Break: (statements.jumped,),
    ast.FunctionDef: (statements.returned, statements.rebound),
    ast.Match: (statements.cases,),
    ast.Lambda: (statements.lambdas,),
}
