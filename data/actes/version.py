"""The version of the product."""

from importlib.metadata import PackageNotFoundError, version


def version_of() -> str:
    """Give the version of the product."""
    try:
        return version("vigie")
    except PackageNotFoundError:
        return "en développement"
