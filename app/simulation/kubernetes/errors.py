"""How the API server refuses."""


class ApiError(Exception):
    """A request that the API server refuses; the message is its sentence."""


class NotFoundError(ApiError):
    """There is no such object."""


class AlreadyExistsError(ApiError):
    """There is such an object already."""


class ConflictError(ApiError):
    """The object was changed since it was read."""


class InvalidError(ApiError):
    """The object breaks a rule of its kind."""


class AdmissionError(ApiError):
    """A webhook or an admission rule refuses the object."""
