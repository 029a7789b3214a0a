"""What one statement does to names: which it binds, changes and uses, as far as its text shows. Nothing is run."""
import ast
import symtable

__all__ = ["add", "carried", "hands_on", "uses", "wild"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MODULES = {"plt", "np", "torch", "nn", "F"}
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def add(outer: ast.stmt, binds: set[str], changes: set[str]) -> None:
    """Add the names that a statement binds or changes at the outer level."""
    todo: list[ast.AST] = [outer]
    while todo:
        node = todo.pop()
        if isinstance(node, _DEFINITIONS):
            binds.add(node.name)
            for call in node.decorator_list:                 # `@method_of(MultiHeadAttention)`
                if isinstance(call, ast.Call):
                    changes |= {a.id for a in call.args if isinstance(a, ast.Name)} - _MODULES
            continue
        if isinstance(node, _SCOPES):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            binds.add(node.id)
        elif isinstance(node, ast.Import):
            binds |= {a.asname or a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            binds |= {a.asname or a.name for a in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            binds.add(node.name)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            changes.add(node.target.id)
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and _namespace(node.value):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                binds.add(node.slice.value)                  # `globals()["softmax"] = ...`
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            if root := _root(node):
                changes.add(root)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) \
                and isinstance(node.value.func, ast.Attribute):
            root = _root(node.value.func)
            if root and root not in _MODULES:
                changes.add(root)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args \
                and isinstance(node.value.func, ast.Name) and node.value.func.id in ("setattr", "delattr"):
            if root := _root(node.value.args[0]):
                changes.add(root)
        todo.extend(ast.iter_child_nodes(node))


def _root(node: ast.AST) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def uses(code: str) -> tuple[set[str], set[str]]:
    """Global names that a statement reads when it is run; and those that what it defines reads or sets when called."""
    try:
        tables = [symtable.symtable(code, "?", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    outer, later = tables[0], set()
    at_once = {s.get_name() for s in outer.get_symbols() if s.is_referenced()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        if table is not outer:
            later |= {s.get_name() for s in table.get_symbols() if s.is_global() and (
                s.is_referenced() or s.is_declared_global())}
    return at_once, later


def wild(node: ast.stmt) -> bool:
    """Whether it binds names that its text does not show, `from numpy import *`, `exec(text)`."""
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names)
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    function = call.func
    return isinstance(function, ast.Name) and function.id == "exec" or isinstance(function, ast.Attribute) \
        and function.attr == "update" and _namespace(function.value)


def hands_on(node: ast.stmt, made: set[str]) -> bool:
    """Whether it is a call, for its effect alone, that is given one of these names: `add_methods(MyAttention)`."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return getattr(node.value.func, "id", "") not in ("check", "hint", "solution", "print", "display") and any(
        isinstance(given, ast.Name) and given.id in made for given in node.value.args)


def _namespace(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and not node.args and getattr(node.func, "id", "") in (
        "globals", "locals", "vars")


def carried(node: ast.stmt) -> str | None:
    """The exercise in `name = carry_on("1.3", ...)`, else None."""
    call = getattr(node, "value", None)
    if isinstance(node, ast.Assign) and isinstance(call, ast.Call) and isinstance(call.func, ast.Name) \
            and call.func.id == "carry_on" and call.args and isinstance(call.args[0], ast.Constant) \
            and isinstance(call.args[0].value, str):
        return call.args[0].value[:10]
    return None
