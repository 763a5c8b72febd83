"""The JSON interface under `/api/v1`, for programs and for pages: described at `/api/v1/openapi.json`."""
